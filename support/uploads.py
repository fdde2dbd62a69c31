"""What a browser may send at all: a form that is far too heavy is read to its end, but its files are not kept."""

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, SkipFile

MAX_REQUEST_BYTES = 55 * 1024 * 1024
"""Five files of 10 MiB, and the form around them."""


class BoundedUploadHandler(FileUploadHandler):
    """Stands before Django's own handlers, so that a disk cannot be filled; the form then says what happened."""

    def handle_raw_input(
        self, input_data: Any, META: dict[str, str], content_length: int, boundary: str, encoding: str | None = None
    ) -> None:
        self.is_too_heavy = content_length > MAX_REQUEST_BYTES
        if self.is_too_heavy and self.request is not None:
            self.request.META["UPLOAD_TOO_HEAVY"] = True

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        if self.is_too_heavy:
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
