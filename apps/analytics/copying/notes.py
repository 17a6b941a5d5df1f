"""What the target's months were made to hold, so that whatever somebody else has put there is never overwritten."""

import json
from dataclasses import dataclass
from pathlib import Path

from apps.analytics.copying.figures import Content


@dataclass(frozen=True, slots=True)
class Notes:
    """Kept in `file` beside the data that is copied; `place` names the target."""

    file: Path
    place: str

    def may_replace(self, table: str, month: int, content: Content) -> bool:
        """Whether the target's `content` of `month` is one that copying has put there."""
        return list(content) in self._read().get(self.place, {}).get(f"{table} {month}", [])

    def add(self, table: str, month: int, content: Content) -> None:
        """Note `content` before it is put there. Raises OSError."""
        notes = self._read()
        entry = notes.setdefault(self.place, {}).setdefault(f"{table} {month}", [])
        if list(content) not in entry:
            entry.append(list(content))
        draft = self.file.with_suffix(".draft")
        draft.write_text(json.dumps(notes), encoding="ascii")
        draft.replace(self.file)

    def _read(self) -> dict[str, dict[str, list[list[int]]]]:
        try:
            notes: dict[str, dict[str, list[list[int]]]] = json.loads(self.file.read_text(encoding="ascii"))
        except FileNotFoundError:
            return {}
        return notes
