"""What of a personal value may be shown in a finding, a log or a report."""

from __future__ import annotations


def mask(value: str) -> str:
    """Enough to find the cell again, too little to learn who it is: 079***456, n***@***, N*** V*** A***."""
    text = value.strip()
    if "@" in text:
        return f"{text[0]}***@***"
    words = text.split()
    if len(words) > 1 and not any(letter.isdigit() for letter in text):
        return " ".join(f"{word[0]}***" for word in words[:5])
    if len(text) >= 9:
        return f"{text[:3]}***{text[-3:]}"
    if len(text) >= 5:
        return f"{text[:2]}***"
    return "***"


def mask_digits(text: str, most: int = 60) -> str:
    """A text in which every run of digits, and every e-mail address, is hidden; cut to `most` characters."""
    hidden = "".join("*" if letter.isdigit() else letter for letter in text)
    hidden = " ".join("***@***" if "@" in word else word for word in hidden.split(" "))
    return hidden if len(hidden) <= most else hidden[: most - 1] + "…"
