"""See ``wecd.common.kept``: the back office keeps what was typed as well."""

from wecd.common.kept import drop, keep_and_ask_to_sign_in, waiting

__all__ = ["drop", "keep_and_ask_to_sign_in", "waiting"]
