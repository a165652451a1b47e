"""Predicates that say why they turn somebody away. Below the models, which may so declare permissions."""


def because(sentence):
    """Decorate a predicate with the sentence shown to those it turns away."""

    def attach(predicate):
        predicate.because = sentence
        return predicate

    return attach


def all_of(*parts):
    """A predicate that needs every part, and remembers them so that a refusal can name the one missing."""
    combined = parts[0]
    for part in parts[1:]:
        combined = combined & part
    combined.parts = parts
    return combined
