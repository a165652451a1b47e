import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from wecd.common import identifiers as ids

BASES = st.integers(min_value=0, max_value=19_999_999)


def number(base: int) -> str:
    return f"{base:08d}{97 - base % 97:02d}"


def iban_be(account: int) -> str:
    """A right Belgian IBAN: national check, then ISO 7064."""
    bban = f"{account:010d}{account % 97 or 97:02d}"
    return f"BE{98 - int(bban + '111400') % 97:02d}{bban}"


def changed(text: str, position: int, step: int) -> str:
    digit = str((int(text[position]) + step) % 10)
    return text[:position] + digit + text[position + 1 :]


@given(BASES)
def test_enterprise_number_with_its_check_is_accepted(base):
    assert ids.is_enterprise_number(number(base))


@given(BASES, st.integers(0, 9), st.integers(1, 9))
def test_any_changed_digit_of_an_enterprise_number_is_refused(base, position, step):
    assert not ids.is_enterprise_number(changed(number(base), position, step))


@given(st.integers(0, 19_999_999 // 97))
def test_check_digits_00_are_refused_where_97_is_right(multiple):
    base = 97 * multiple
    assert ids.is_enterprise_number(f"{base:08d}97")
    assert not ids.is_enterprise_number(f"{base:08d}00")


@pytest.mark.parametrize("text", ["0403019261", "0428759497"])
def test_known_enterprise_numbers(text):
    assert ids.is_enterprise_number(text)


@pytest.mark.parametrize("text", ["0431150351", "", "403019261", "2403019261", "04030192610", "٠403019261"])
def test_refused_enterprise_numbers(text):
    assert not ids.is_enterprise_number(text)


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("BE 0403.019.261", "0403019261"),
        ("403.019.261", "0403019261"),
        ("be0403019261", "0403019261"),
        ("0403-019-261", "0403019261"),
        ("0403O19261", "0403O19261"),
    ],
)
def test_enterprise_number_as_people_type_it(typed, clean):
    assert ids.clean_enterprise_number(typed) == clean


def test_refusal_of_an_enterprise_number_says_what_to_write():
    with pytest.raises(ValidationError, match="0403.019.261"):
        ids.validate_enterprise_number("0403019262")


@given(BASES)
def test_enterprise_number_shown_reads_back(base):
    assert ids.clean_enterprise_number(ids.format_enterprise_number(number(base))) == number(base)


@given(st.integers(0, 9_999_999_999))
def test_national_check_of_a_belgian_iban_is_asked_too(account):
    right = iban_be(account)
    bban = right[4:14] + f"{(int(right[14:]) % 97) + 1:02d}"
    wrong = f"BE{98 - int(bban + '111400') % 97:02d}{bban}"
    assert right != wrong
    with pytest.raises(ValidationError):  # its ISO check is right, its national check is not
        ids.validate_iban(wrong)


@given(st.integers(0, 999_999_999), st.integers(4, 15), st.integers(1, 9))
def test_any_changed_digit_of_an_iban_is_refused(account, position, step):
    with pytest.raises(ValidationError):
        ids.validate_iban(changed(iban_be(5390_0000000 % 10**10 + account), position, step))


@pytest.mark.parametrize("text", ["BE68 5390 0754 7034", "be68539007547034", "FR7630006000011234567890189"])
def test_known_ibans(text):
    ids.validate_iban(text)


@pytest.mark.parametrize("text", ["BE69539007547034", "BE6853900754703", "539007547034", "", "ZZ00"])
def test_refused_ibans(text):
    with pytest.raises(ValidationError):
        ids.validate_iban(text)


def test_iban_is_masked():
    assert ids.mask_iban("BE68539007547034") == "BE68 •••• •••• 7034"
    assert ids.mask_iban("") == ""


@given(st.integers(0, 10**10 - 1))
def test_structured_reference_carries_its_check(base):
    digits = "".join(c for c in ids.structured_reference(base) if c.isdigit())
    assert int(digits[10:]) == (int(digits[:10]) % 97 or 97)


def test_structured_reference_is_written_the_belgian_way():
    assert ids.structured_reference(123_1234_123) == "+++123/1234/12328+++"


@pytest.mark.parametrize(
    ("text", "right"), [("74.120", True), ("74", True), ("7", False), ("741201", False), ("", False)]
)
def test_nace_codes(text, right):
    if right:
        ids.validate_nace_code(text)
    else:
        with pytest.raises(ValidationError):
            ids.validate_nace_code(text)
