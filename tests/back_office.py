"""What tests of the back office need: a form as it would be posted back, the sidebar's links."""


def as_posted(page) -> dict:
    """What the change form would send back unchanged; lists of other rows stay as they are."""
    form = page.context["adminform"].form
    data = {name: form[name].value() for name in form.fields}
    data = {name: value for name, value in data.items() if value not in (None, "")}
    for formset in page.context["inline_admin_formsets"]:
        prefix = formset.formset.prefix
        data |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    return data


def sidebar(page) -> list[str]:
    """The addresses of the sidebar's entries, in order."""
    return [item["link"] for group in page.context["sidebar_navigation"] for item in group["items"]]
