"""The journal: who did what, when, why, from which request. Append-only and hash-chained."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from wecd.common.models.base import append_only, uuid7


class CurrentTransactionId(models.Func):
    """Postgres's 64-bit id of the running transaction, as a bigint."""

    template = "pg_current_xact_id()::text::bigint"
    output_field = models.BigIntegerField()


class CurrentCluster(models.Func):
    """The identifier of the running database cluster: transaction ids only compare within one."""

    template = "(pg_control_system()).system_identifier"
    output_field = models.BigIntegerField()


class JournalEntry(models.Model):
    """One thing that happened to one row.

    Entries about the same row form a chain: ``seq`` counts 1, 2, 3 … without a gap and ``hash`` is the
    SHA-256 of the entry's canonical JSON, which holds the hash before it. ``JournalHead`` ties all
    chains together daily. Written only by ``wecd.common.journal.record``.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    about_type = models.CharField(_("about"), max_length=100)  # "calls.application"
    about_id = models.CharField(max_length=64)
    about_label = models.CharField(max_length=300, blank=True)
    seq = models.PositiveIntegerField()
    verb = models.CharField(_("what"), max_length=100)  # "calls.application.submit"
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who")
    )
    at = models.DateTimeField(_("when"))
    facts = models.JSONField(_("facts"), default=dict)
    request_id = models.CharField(_("request"), max_length=64, blank=True)
    prev_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)
    # Which transaction wrote it, and in which database cluster's count of transactions.
    xid = models.BigIntegerField(db_default=CurrentTransactionId(), editable=False)
    cluster = models.BigIntegerField(db_default=CurrentCluster(), editable=False)

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal")
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["about_type", "about_id", "seq"], name="journal_chain_has_no_fork"
            )
        ]
        indexes = [models.Index(fields=["cluster", "xid", "id"]), models.Index(fields=["-at", "-id"])]
        triggers = append_only("journal")

    def __str__(self) -> str:
        return f"{self.about_type} {self.about_id} #{self.seq} {self.verb}"


class JournalHead(models.Model):
    """The journal's state at one moment: a hash over every entry committed since the head before.

    Publishing a head fixes all history up to it. ``upto_xid`` is a fence on transaction ids, so an
    entry of a transaction that commits late falls under the next head and never between two. Transaction
    ids start anew in another ``cluster`` (after a restore from a dump), so each cluster has its own fences.
    """

    number = models.PositiveIntegerField(primary_key=True)
    day = models.DateField(_("day"))
    cluster = models.BigIntegerField(db_default=CurrentCluster(), editable=False)
    from_xid = models.BigIntegerField()
    upto_xid = models.BigIntegerField()
    entries = models.PositiveIntegerField(_("entries"))
    prev_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("journal head")
        verbose_name_plural = _("journal heads")
        ordering = ["-number"]
        triggers = append_only("journal_head")

    def __str__(self) -> str:
        return f"{self.day} {self.hash[:12]}"


class JournalCheck(models.Model):
    """One nightly proof of the journal: how much was checked, and how many signs of tampering it showed."""

    at = models.DateTimeField(_("checked"), db_default=Now())
    entries = models.PositiveBigIntegerField(_("entries"))
    heads = models.PositiveIntegerField(_("heads"))
    signs = models.PositiveIntegerField(_("signs of tampering"))

    class Meta:
        verbose_name = _("journal check")
        verbose_name_plural = _("journal checks")
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.signs}"
