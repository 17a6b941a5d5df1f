"""Uploads that are refused before they are read."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

# What stands around a file in a form.
_AROUND = 64 * 1024


class BoundedUploads(FileUploadHandler):
    """The first of the handlers: Django would write a file of any size to the disk before a view is asked. It leaves the rest
    to those behind it."""

    def handle_raw_input(
        self,
        input_data: Any,  # noqa: ARG002 - Django's signature
        META: Any,  # noqa: ARG002, N803
        content_length: int,
        boundary: Any,  # noqa: ARG002
        encoding: Any = None,  # noqa: ARG002
    ) -> None:
        """Raises RequestDataTooBig."""
        if content_length > settings.IMPORT_MAX_BYTES + _AROUND:
            raise RequestDataTooBig("the files of a request are larger than IMPORT_MAX_BYTES")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:  # noqa: ARG002 - Django's signature
        return raw_data

    def file_complete(self, file_size: int) -> None:  # noqa: ARG002 - Django's signature
        return None
