"""Form fields for text that will be rendered, and for the single lines beside it."""

from typing import Any

from django import forms

from forum.markup.normalise import TextRefused, normalise, normalise_line


class SourceField(forms.CharField):
    """Markdown as typed, normalised; leading spaces stay, since they mean code. ``limit`` is in characters."""

    widget = forms.Textarea

    def __init__(self, *, limit: int, **kwargs: Any) -> None:
        self.limit = limit
        super().__init__(strip=False, **kwargs)

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        if not text.strip():
            return ""
        try:
            return normalise(text, limit=self.limit)
        except TextRefused as refused:
            raise forms.ValidationError(refused.message, code=refused.code) from None


class MarkdownField(SourceField):
    """A source that will be rendered as Markdown; its help leads to the page on formatting."""

    leads_to_formatting = True

    def __init__(self, *, limit: int, help_text: str = "Markdown.", **kwargs: Any) -> None:
        super().__init__(limit=limit, help_text=help_text, **kwargs)


class LineField(forms.CharField):
    """One line of text, normalised. ``limit`` is in characters."""

    def __init__(self, *, limit: int, **kwargs: Any) -> None:
        self.limit = limit
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("maxlength", str(limit))

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        if not text.strip():
            return ""
        try:
            return normalise_line(text, limit=self.limit)
        except TextRefused as refused:
            raise forms.ValidationError(refused.message, code=refused.code) from None
