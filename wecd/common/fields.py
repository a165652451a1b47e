"""Model fields of our own."""

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models


def _fernet() -> MultiFernet:
    keys = [
        base64.urlsafe_b64encode(hashlib.sha256(k.encode()).digest()) for k in settings.FIELD_ENCRYPTION_KEYS
    ]
    return MultiFernet([Fernet(key) for key in keys])


def encrypt_text(text: str) -> str:
    """Text encrypted with the newest key; each call gives another result."""
    return _fernet().encrypt(text.encode()).decode()


def decrypt_text(text: str) -> str:
    """What ``encrypt_text`` was given. Raises ``InvalidToken`` when no key fits."""
    return _fernet().decrypt(text.encode()).decode()


class EncryptedCharField(models.TextField):
    """Short text encrypted at rest (Fernet, newest key of FIELD_ENCRYPTION_KEYS first). Not searchable."""

    def get_prep_value(self, value):
        value = super().get_prep_value(value)
        return encrypt_text(value) if value else value

    def from_db_value(self, value, expression, connection):
        if not value:
            return value
        try:
            return decrypt_text(value)
        except InvalidToken as error:
            raise ImproperlyConfigured(
                "A stored value does not decrypt with any of FIELD_ENCRYPTION_KEYS: add the older key."
            ) from error

    def formfield(self, **kwargs):
        return models.CharField(max_length=100, blank=self.blank, verbose_name=self.verbose_name).formfield(
            **kwargs
        )


def blind_indexes(text: str) -> list[str]:
    """What ``BlindIndexField`` may hold for this text: one for each key, the newest first. None for none.

    Compare with ``__in``: rows written before a key was added keep the index of their own key.
    """
    if not text:
        return []
    return [
        hmac.new(f"blind index {key}".encode(), text.encode(), hashlib.sha256).hexdigest()
        for key in settings.FIELD_ENCRYPTION_KEYS
    ]


class BlindIndexField(models.CharField):
    """A keyed hash of an encrypted field of the same row, by which equal values are found and none is read.

    Written with the row, also by ``bulk_create``; not by ``update()`` or ``save(update_fields=…)`` of the
    other field alone. Never shown, never exported.
    """

    def __init__(self, *, of: str, **kwargs):
        self.of = of
        kwargs |= {"max_length": 64, "blank": True, "default": "", "editable": False}
        super().__init__(**kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        for key in ("max_length", "blank", "default", "editable"):
            kwargs.pop(key, None)
        return name, path, args, kwargs | {"of": self.of}

    def pre_save(self, model_instance, add):
        value = next(iter(blind_indexes(getattr(model_instance, self.of))), "")
        setattr(model_instance, self.attname, value)
        return value
