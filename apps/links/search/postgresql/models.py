"""What PostgreSQL searches in: derived from links as an index is, and written by `writing` alone."""

from typing import Final

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models.functions import Left, Length

# Longest word that is remembered for typing errors.
MAX_WORD: Final = 32


class SearchText(models.Model):
    """All that a link can be found by, in the words of `texts.lexemes`.

    No foreign key leads to the link, and its removal takes nothing along: what has lost its link is never
    shown and soon removed by the link's event, as in Elasticsearch.
    """

    link_id = models.BigIntegerField(primary_key=True)
    workspace_id = models.BigIntegerField()
    created_at = models.DateTimeField()
    is_deleted = models.BooleanField()
    # That of the link when it was read: an older text never replaces a newer one.
    version = models.BigIntegerField()
    lexemes = SearchVectorField()

    class Meta:
        indexes = [
            # Words and filters of a search together. Without a list of pending entries: each search would read it.
            GinIndex(fields=["lexemes"], name="search_text_lexemes", fastupdate=False),
            # The newest of a workspace, among which common words are looked for.
            models.Index(fields=["workspace_id", "is_deleted", "-created_at", "-link_id"], name="search_text_newest"),
            # The same in the back office, which searches in all workspaces.
            models.Index(fields=["is_deleted", "-created_at", "-link_id"], name="search_text_newest_of_all"),
        ]

    def __str__(self) -> str:
        return str(self.link_id)


class SearchWord(models.Model):
    """A word that some link has or had: what a misspelled one may stand for."""

    word = models.CharField(max_length=MAX_WORD, primary_key=True, db_collation="C")

    class Meta:
        indexes = [
            # Words with the same first letter and about as many others.
            models.Index(Left("word", 1), Length("word"), "word", name="search_word_like"),
        ]

    def __str__(self) -> str:
        return self.word
