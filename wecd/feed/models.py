"""Marks, entries and the state of the feed."""

from uuid import UUID

from django.db import models
from django.utils import timezone

OPEN = UUID(int=0)  # the audience of open data: everyone


class Mark(models.Model):
    """“This row changed”, written by triggers in the transaction of the change. Settling takes it away.

    ``model`` is a label such as ``calls.application``. A mark has no place in an order: it waits in a heap
    until it is seen, so a transaction that commits late cannot be missed.
    """

    model = models.CharField(max_length=60)
    row = models.UUIDField()

    def __str__(self) -> str:
        return f"{self.model} {self.row}"


class Entry(models.Model):
    """The newest change of one row, for one audience: a partner, or everyone (``OPEN``).

    A row has one entry an audience, however often it changes: the entry moves to the end of the feed
    (``seq``). So the feed never grows beyond its rows, and any cursor can be resumed for ever. ``since`` is
    the ``seq`` with which the row came into this audience's sight; ``gone``: it left it, or was deleted.

    Keys that also see what needs a further scope (personal data) follow ``seq_whole``: it moves with every
    change they see, ``seq`` only with those that all the audience's keys see.
    """

    pk = models.CompositePrimaryKey("audience", "resource", "row")
    audience = models.UUIDField()
    resource = models.CharField(max_length=40)
    row = models.UUIDField()
    seq = models.BigIntegerField()
    seq_whole = models.BigIntegerField()
    since = models.BigIntegerField()
    gone = models.BooleanField(default=False)
    digest = models.UUIDField()  # of the row as the API shows it: what looks the same is no change
    digest_whole = models.UUIDField()  # the same, with the members that need a further scope

    class Meta:
        indexes = [
            models.Index(fields=["audience", "resource", "seq"], name="feed_entry_place"),
            models.Index(fields=["audience", "resource", "seq_whole"], name="feed_entry_place_whole"),
        ]

    def __str__(self) -> str:
        return f"{self.seq}: {self.resource} {self.row}"


class Look(models.Model):
    """How a row looked when it was settled, as JSON: what the API shows to all who see it.

    Saves readers the joins while nothing is marked; otherwise, and for what needs a further scope (personal
    data), rows are read as they are. Goes when nobody sees the row any more.
    """

    pk = models.CompositePrimaryKey("resource", "row")
    resource = models.CharField(max_length=40)
    row = models.UUIDField()
    data = models.TextField()

    def __str__(self) -> str:
        return f"{self.resource} {self.row}"


class State(models.Model):
    """The one row that says how far the feed is settled. Settling locks its table.

    ``epoch`` is part of every cursor: it changes when the feed begins anew (a database restored from a
    backup), so that no cursor of before is taken for one of after. ``clock`` is the instant until which what
    changes by time alone (a call opens) is in the feed.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    epoch = models.CharField(max_length=8)
    seq = models.BigIntegerField(default=0)
    clock = models.DateTimeField(default=timezone.now)
    shapes = models.JSONField(default=dict)
    home = models.CharField(max_length=100, default="")
    lost = models.JSONField(default=list)  # of [last place in the backup, first place after]

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="feed_has_one_state")]

    def __str__(self) -> str:
        return f"{self.epoch}-{self.seq}"
