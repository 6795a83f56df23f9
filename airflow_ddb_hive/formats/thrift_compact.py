"""Thrift's compact protocol, as far as it takes to change a few fields of a Parquet footer and keep all others.

Whole numbers stay in the form that they are sent in (zigzag). See
https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Struct", "ThriftList", "read_struct", "write_struct"]

_TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET, _STRUCT = (*range(1, 11), 12)
_LONG_LIST = 15
_MORE, _SEVEN = 0x80, 0x7F


@dataclass(slots=True)
class Struct:
    """Fields by number: each its wire type and its value."""

    fields: dict[int, tuple[int, Any]] = field(default_factory=dict)

    def get(self, number: int, default: Any = None) -> Any:
        """The value of a field, ``default`` if it is not there."""
        return self.fields[number][1] if number in self.fields else default

    def put_i32(self, number: int, value: int) -> None:
        """Set a field to a whole number that is not negative."""
        self.fields[number] = (_I32, value << 1)

    def i32(self, number: int) -> int | None:
        """The whole number in a field, ``None`` if it is not there."""
        raw = self.get(number)
        return None if raw is None else (raw >> 1) ^ -(raw & 1)


@dataclass(slots=True)
class ThriftList:
    """A list or set: its own wire type, its elements' wire type, and the elements."""

    kind: int
    element: int
    items: list[Any]


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def byte(self) -> int:
        self._at += 1
        return self._data[self._at - 1]

    def varint(self) -> int:
        result = shift = 0
        while True:
            byte = self.byte()
            result |= (byte & _SEVEN) << shift
            if byte < _MORE:
                return result
            shift += 7

    def raw(self, size: int) -> bytes:
        if self._at + size > len(self._data):
            raise IndexError
        self._at += size
        return self._data[self._at - size : self._at]

    def struct(self) -> Struct:
        found = Struct()
        number = 0
        while header := self.byte():
            delta, kind = header >> 4, header & 15
            number = number + delta if delta else self._zigzag()
            found.fields[number] = (kind, self.value(kind, in_list=False))
        return found

    def _zigzag(self) -> int:
        raw = self.varint()
        return (raw >> 1) ^ -(raw & 1)

    def value(self, kind: int, *, in_list: bool) -> Any:
        if kind in (_TRUE, _FALSE):
            return self.byte() if in_list else None
        return _READ[kind](self)

    def list_of(self, kind: int) -> ThriftList:
        header = self.byte()
        size, element = header >> 4, header & 15
        size = self.varint() if size == _LONG_LIST else size
        return ThriftList(kind, element, [self.value(element, in_list=True) for _ in range(size)])


_READ: dict[int, Callable[[_Reader], Any]] = {
    _BYTE: _Reader.byte,
    **dict.fromkeys((_I16, _I32, _I64), _Reader.varint),
    _DOUBLE: lambda reader: reader.raw(8),
    _BINARY: lambda reader: reader.raw(reader.varint()),
    _LIST: lambda reader: reader.list_of(_LIST),
    _SET: lambda reader: reader.list_of(_SET),
    _STRUCT: _Reader.struct,
}


def read_struct(data: bytes) -> Struct:
    r"""Read a struct from the start of bytes.

    Example:
        >>> read_struct(b"\x15\x06\x00").i32(1)
        3

    Raises:
        IndexError: The bytes end too early.
        KeyError: A field has a type that Parquet does not use.
    """
    return _Reader(data).struct()


def write_struct(struct: Struct) -> bytes:
    r"""Return the bytes of a struct.

    Example:
        >>> write_struct(read_struct(b"\x15\x06\x25\x18\x00"))
        b'\x15\x06%\x18\x00'
    """
    out = bytearray()
    _write_struct(struct, out)
    return bytes(out)


def _write_struct(struct: Struct, out: bytearray) -> None:
    last = 0
    for number in sorted(struct.fields):
        kind, value = struct.fields[number]
        delta = number - last
        if 0 < delta <= _LONG_LIST:
            out.append(delta << 4 | kind)
        else:
            out.append(kind)
            _write_varint(number << 1, out)
        if kind not in (_TRUE, _FALSE):
            _write_value(kind, value, out)
        last = number
    out.append(0)


def _write_varint(value: int, out: bytearray) -> None:
    while value >= _MORE:
        out.append(value & _SEVEN | _MORE)
        value >>= 7
    out.append(value)


def _write_list(value: ThriftList, out: bytearray) -> None:
    size = len(value.items)
    if size < _LONG_LIST:
        out.append(size << 4 | value.element)
    else:
        out.append(_LONG_LIST << 4 | value.element)
        _write_varint(size, out)
    for item in value.items:
        _write_value(value.element, item, out)


def _write_binary(value: bytes, out: bytearray) -> None:
    _write_varint(len(value), out)
    out += value


def _write_byte(value: int, out: bytearray) -> None:
    out.append(value)


def _write_raw(value: bytes, out: bytearray) -> None:
    out += value


_WRITE: dict[int, Callable[[Any, bytearray], None]] = {
    **dict.fromkeys((_TRUE, _FALSE, _BYTE), _write_byte),
    **dict.fromkeys((_I16, _I32, _I64), _write_varint),
    _DOUBLE: _write_raw,
    _BINARY: _write_binary,
    **dict.fromkeys((_LIST, _SET), _write_list),
    _STRUCT: _write_struct,
}


def _write_value(kind: int, value: Any, out: bytearray) -> None:
    _WRITE[kind](value, out)
