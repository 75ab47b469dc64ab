"""Make sure a text file is plain UTF-8 with one kind of line end; copy it privately only where it is not."""

from __future__ import annotations

import codecs
import gzip
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Literal, cast

import pyarrow as pa

from ilk.errors import BadInput, FileTrouble
from ilk.sources.source import Note

CHUNK = 16 << 20
"""Bytes looked at in one go."""

PACKED = (".gz", ".zst")
"""Endings of compressed files."""

GUESS_BYTES = 1 << 18
"""Bytes of foreign text shown to the encoding guesser; it is slow, and more does not make it surer."""

MOST_EXPANSION = 400
"""A compressed file that grows more than this is a bomb; text seldom shrinks below a fiftieth."""

ALWAYS_UNPACKED = 64 << 20
"""Bytes that may come out of any compressed file, however small."""

MOST_DAMAGE = 0.01
"""Up to this share of its non-ASCII characters may be broken in a file that is still called UTF-8."""

FEW_BROKEN = 3
"""Broken characters that a small UTF-8 file may have; cutting a chunk in two can break two by itself."""

FEW_FOREIGN = 24
"""Fewer foreign bytes than this tell no encoding from another; then the western one is taken."""

FOREIGN = (
    *(f"cp{page}" for page in (1250, 1251, 1253, 1254, 1255, 1256, 1257, 1258, 437, 850, 852, 866, 874, 932, 949)),
    *("mac_roman", "koi8_r", "koi8_u", "gb18030", "big5", "euc_jp", "euc_kr"),
)
"""Encodings that are looked for when a text is neither UTF-8 nor western; all of them keep ASCII."""

Compression = Literal["", "gzip", "zstd"]
LineEnd = Literal["\\n", "\\r\\n", "\\r"]


@dataclass(frozen=True, slots=True)
class PlainText:
    """A text file ready to be read: `path` is UTF-8 with `reads_as` between its lines.

    `line_end` is what the original has most of; `encoding` and `compression` are the original's.
    """

    path: Path
    encoding: str
    compression: Compression
    line_end: LineEnd
    reads_as: Literal["\\n", "\\r\\n"]
    notes: tuple[Note, ...] = ()


def plain_text(path: Path, folder: Path) -> PlainText:
    """Return `path` itself where it is plain UTF-8 already, else a copy in `folder`.

    Raises:
        BadInput: If it is not text, or a compressed file is damaged or grows beyond reason.
        FileTrouble: If it cannot be read.
    """
    try:
        return _plain_text(path, folder)
    except (OSError, EOFError, zlib.error, pa.ArrowException) as error:
        if isinstance(error, (BadInput, FileTrouble)):
            raise
        reason = getattr(error, "strerror", None) or str(error)
        raise FileTrouble(f"{path} cannot be read to its end", got=reason, do="copy or save the file again") from error


def _plain_text(path: Path, folder: Path) -> PlainText:
    compression = _compression(path)
    unpacked = _unpack(path, folder / "unpacked.txt", compression) if compression else path
    encoding, notes = _encoding(unpacked, path.name)
    if encoding != "utf-8":
        unpacked = _transcode(unpacked, folder / "utf8.txt", encoding)
    found = PlainText(unpacked, encoding.removesuffix("-sig"), compression, "\\n", "\\n", notes)
    return _one_line_end(found, folder / "lines.txt")


def chunks(path: Path) -> Iterator[bytes]:
    """Yield the file's bytes, CHUNK at a time."""
    with path.open("rb") as handle:
        while chunk := handle.read(CHUNK):
            yield chunk


# ---------------------------------------------------------------- compression


def _compression(path: Path) -> Compression:
    with path.open("rb") as handle:
        magic = handle.read(4)
    if magic[:2] == b"\x1f\x8b":
        return "gzip"
    if magic[:2] == b"PK":
        raise BadInput(f"{path.name} is a zip archive", do="unpack it first; an Excel file must be called .xlsx")
    if magic == b"\x28\xb5\x2f\xfd":
        return "zstd"
    if path.suffix.lower() in PACKED:
        raise BadInput(
            f"{path.name} is not compressed, whatever its name says",
            do=f"call it {path.stem} if it is plain text, or get it again",
        )
    return ""


def _unpack(path: Path, target: Path, compression: Compression) -> Path:
    limit = max(ALWAYS_UNPACKED, MOST_EXPANSION * path.stat().st_size)
    with _unpacked(path, compression) as source, target.open("wb") as copy:
        while chunk := source.read(CHUNK):
            limit -= len(chunk)
            if limit < 0:
                raise BadInput(
                    f"{path.name} unpacks to more than {MOST_EXPANSION} times its size",
                    do="unpack it yourself if you trust it",
                )
            copy.write(chunk)
    return target


def _unpacked(path: Path, compression: Compression) -> IO[bytes]:
    if compression == "gzip":
        return cast("IO[bytes]", gzip.open(path, "rb"))
    return cast("IO[bytes]", pa.input_stream(str(path), compression="zstd"))


# ---------------------------------------------------------------- encoding


def _encoding(path: Path, name: str) -> tuple[str, tuple[Note, ...]]:
    with path.open("rb") as handle:
        head = handle.read(CHUNK)
    marked = _marked(head)
    if marked and marked != "utf-8-sig":
        return marked, ()
    if b"\x00" in head[:4096]:
        raise BadInput(f"{name} is not a text file", do="give a CSV, Parquet, JSON or Excel file")
    foreign = _first_foreign(path)
    if foreign is None:
        return marked or "utf-8", ()
    return _guessed(foreign)


def _marked(head: bytes) -> str | None:
    """Return the encoding a byte order mark names, or UTF-16 by its many zero bytes."""
    marks = (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF32_BE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    )
    for mark, encoding in marks:
        if head.startswith(mark):
            return encoding
    sample = head[:4096]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if max(even, odd) > 0.3 * len(sample) / 2 and min(even, odd) < 0.05 * len(sample) / 2:
        return "utf-16-be" if even > odd else "utf-16-le"
    return None


def _first_foreign(path: Path) -> bytes | None:
    """Return the first chunk that is not UTF-8, None if all of it is; ASCII is passed over at memory speed."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    for chunk in chunks(path):
        if chunk.isascii() and not decoder.getstate()[0]:
            continue
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError:
            return chunk
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return b"\xff"
    return None


def _guessed(foreign: bytes) -> tuple[str, tuple[Note, ...]]:
    """Name the encoding of bytes that are not UTF-8: Windows-1252 unless something else is plainly better."""
    text = foreign.decode("utf-8", errors="replace")
    n_broken = text.count("\ufffd")
    n_sound = sum(not c.isascii() for c in text) - n_broken
    if n_sound and n_broken <= max(FEW_BROKEN, MOST_DAMAGE * n_sound):
        return "utf-8", (Note("damaged-text", "Some characters are not valid UTF-8; their records are rejected"),)
    sample = b"\n".join(line for line in foreign.splitlines() if not line.isascii())[:GUESS_BYTES]
    return _by_charset_normalizer(sample), ()


def _by_charset_normalizer(sample: bytes) -> str:
    """Ask among encodings that keep ASCII; prefer the western ones where they do as well, and for a few characters."""
    western = "cp1252" if not re.search(rb"[\x81\x8d\x8f\x90\x9d]", sample) else "latin-1"
    if sum(byte > 127 for byte in sample) < FEW_FOREIGN:
        return western
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_isolation=[*FOREIGN, western], enable_fallback=False).best()
    if best is None or western in [best.encoding, *best.could_be_from_charset]:
        return western
    as_western = from_bytes(sample, cp_isolation=[western]).best()
    if as_western is not None and as_western.chaos <= best.chaos:
        return western
    return str(best.encoding)


def _transcode(path: Path, target: Path, encoding: str) -> Path:
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    with target.open("wb") as copy:
        for chunk in chunks(path):
            copy.write(decoder.decode(chunk).encode("utf-8"))
        copy.write(decoder.decode(b"", final=True).encode("utf-8"))
    return target


# ---------------------------------------------------------------- line ends


def _one_line_end(found: PlainText, target: Path) -> PlainText:
    """Leave LF and CRLF files alone; mend CR, mixed and doubled ones in a copy."""
    n_cr, n_lf, n_crlf = _count_line_ends(found.path)
    if n_cr == 0:
        return found
    if n_cr == n_lf == n_crlf:
        return replace(found, line_end="\\r\\n", reads_as="\\r\\n")
    if n_lf == 0:
        copy = _rewrite(found.path, target, lambda text: text.replace(b"\r", b"\n"))
        return replace(found, path=copy, line_end="\\r")
    copy = _rewrite(found.path, target, lambda text: re.sub(rb"\r+\n", b"\n", text).replace(b"\r", b" "))
    usual: LineEnd = "\\r\\n" if 2 * n_crlf > n_lf else "\\n"
    return replace(found, path=copy, line_end=usual)


def _count_line_ends(path: Path) -> tuple[int, int, int]:
    n_cr = n_lf = n_crlf = 0
    last = b""
    for chunk in chunks(path):
        n_cr += chunk.count(b"\r")
        n_lf += chunk.count(b"\n")
        n_crlf += (last + chunk).count(b"\r\n") if last == b"\r" else chunk.count(b"\r\n")
        last = chunk[-1:]
    return n_cr, n_lf, n_crlf


def _rewrite(path: Path, target: Path, mend: Callable[[bytes], bytes]) -> Path:
    """Copy with `mend`, never cutting a run of carriage returns in two."""
    with target.open("wb") as copy:
        rest = b""
        for chunk in chunks(path):
            text = rest + chunk
            whole = text.rstrip(b"\r")
            rest = text[len(whole) :]
            copy.write(mend(whole))
        copy.write(mend(rest))
    return target
