"""What the API itself remembers."""

from django.db import models


class Window(models.Model):
    """How many requests somebody (a key or an address, hashed) took of the present window of one limit.

    The table is not logged: after a crash of the database, everyone begins anew.
    """

    who = models.CharField(max_length=64, primary_key=True)
    ends = models.DateTimeField()
    taken = models.PositiveBigIntegerField()

    def __str__(self) -> str:
        return f"{self.who}: {self.taken}"
