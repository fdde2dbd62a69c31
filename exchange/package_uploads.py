"""A package comes in by a form: its bytes go straight to where packages lie, never through memory or `/tmp`."""

import uuid
from pathlib import Path
from typing import IO

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest

from exchange.arrived_packages import LARGEST, drop_arrived, has_room_for, make_place

FIELD = "package"
AROUND = 1024**2
"""Bytes of the form around its file."""
TOO_LARGE = "Пакет больше 2 ГБ. Разделите его или положите в папку обмена."
NO_ROOM = "На диске портала не хватает места для этого пакета."


class PackageUploadHandler(FileUploadHandler):
    """Takes one file, that of the field `package`; what is refused is read to its end and not kept."""

    chunk_size = 1024**2

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.refused = ""
        self.path: Path | None = None
        self._stream: IO[bytes] | None = None
        self._size = 0

    def handle_raw_input(
        self, input_data: object, META: dict[str, str], content_length: int, boundary: str, encoding: str | None = None
    ) -> None:
        if content_length > LARGEST + AROUND:
            self.refused = TOO_LARGE
        elif not has_room_for(content_length):
            self.refused = NO_ROOM

    def new_file(self, *args: object, **named: object) -> None:
        super().new_file(*args, **named)  # type: ignore[arg-type]
        if self.field_name != FIELD or self.path is not None:
            raise SkipFile
        self.path = make_place(uuid.uuid4()) / "upload.part"
        self._stream = self.path.open("xb")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._size += len(raw_data)
        if self._size > LARGEST:
            self.refused = self.refused or TOO_LARGE
        if self.refused or self._stream is None:
            raise SkipFile
        self._stream.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile[bytes] | None:
        if self._stream is None or self.path is None:
            return None
        self._stream.close()
        self._stream = None
        return UploadedFile(name=self.file_name, content_type=self.content_type, size=file_size)

    def upload_interrupted(self) -> None:
        """Django also says so when only a field that was skipped came last."""
        if self._stream is not None:
            self.discard()

    def discard(self) -> None:
        """Whatever came of the form, a file nobody took over does not stay."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None
        if self.path is not None and self.path.exists():
            drop_arrived(self.path.parent.name)
