"""Taking an instrument in: once, for good. Another wording is another version, and that is another instrument."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from importlib.resources import files

import orjson
import yaml
from sqlalchemy import select

from domain.access.viewers import Permission
from domain.assessments import instrument as pure
from domain.assessments.models import (
    Instrument,
    InstrumentBand,
    InstrumentDimension,
    InstrumentItem,
    InstrumentTheme,
)
from domain.assessments.reading import read_instrument, shipped
from domain.errors import NotFound, Refused
from domain.tables import Recorded
from domain.work import Work


async def store(work: Work, *, file: str | None = None, shipped_key: str | None = None) -> Instrument:
    """Take an instrument in, from the YAML of its file or by the key of one that comes with Tandem.

    The same again changes nothing. What is in never changes: other content needs another version.

    Raises:
        InstrumentRefused: with every problem of the file.
        Refused: FILE_OR_KEY or INSTRUMENT_DIFFERS.
        NotFound: no instrument with that key comes with Tandem.
    """
    work.require(Permission.EDIT_INSTRUMENTS)
    text = _text(file, shipped_key)
    read = read_instrument(text)
    await work.alone(f"instrument {read.key} {read.version}")
    known = await work.session.scalar(
        select(Instrument).where(Instrument.key == read.key, Instrument.version == read.version)
    )
    if known is not None:
        _require_same(known, text)
        return known
    return await _add(work, read, text)


async def store_shipped(work: Work) -> list[Instrument]:
    """Take in every instrument that comes with Tandem."""
    return [await store(work, shipped_key=key) for key in shipped()]


def _text(file: str | None, shipped_key: str | None) -> str:
    if (file is None) == (shipped_key is None):
        raise Refused(
            "FILE_OR_KEY",
            "Give either a file or the key of an instrument that comes with Tandem.",
            field="file",
        )
    if file is not None:
        return file
    if shipped_key not in shipped():
        raise NotFound("instrument of that key with Tandem", field="shippedKey")
    return (files("domain.assessments") / "instruments" / f"{shipped_key}.yaml").read_text("utf-8")


def _require_same(known: Instrument, text: str) -> None:
    if known.hash != _hash(text):
        raise Refused(
            "INSTRUMENT_DIFFERS",
            f"“{known.title}”, version {known.version}, is kept with other content, and an instrument never "
            f"changes. Give yours the version {known.version + 1} or a later one.",
            field="file",
        )


def _hash(text: str) -> str:
    """Of what a file says: how it is laid out, and its comments, do not count."""
    said = yaml.safe_load(text)
    options = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS
    return sha256(orjson.dumps(said, option=options)).hexdigest()


async def _add(work: Work, read: pure.Instrument, text: str) -> Instrument:
    row = work.add(
        Instrument(
            key=read.key,
            version=read.version,
            title=read.title,
            description=read.description,
            licence=read.licence,
            author=read.author,
            language=read.language,
            scoring=read.scoring,
            scale_minimum=read.scale.minimum,
            scale_maximum=read.scale.maximum,
            scale_labels=_words(read.scale.labels),
            favourable_from=read.favourable_from,
            comments=read.comments,
            file=text,
            hash=_hash(text),
        )
    )
    # Saved before it is recorded: the journal says which it was, not every word of it again.
    await work.save()
    dimensions = {part.key: work.add(part) for part in _dimensions(row, read)}
    await work.save()
    for part in (*_bands(dimensions, read), *_items(row, dimensions, read), *_themes(row, read)):
        work.add(part)
    await work.save()
    work.record("instrument.stored", row, key=row.key, version=row.version, hash=row.hash)
    await work.save()
    return row


def _words(labels: Mapping[int, str]) -> dict[str, str]:
    return {str(point): words for point, words in labels.items()}


def _scored(read: pure.Instrument) -> list[pure.Dimension]:
    return [*([read.total] if read.total else []), *read.dimensions]


def _dimensions(row: Instrument, read: pure.Instrument) -> Iterator[InstrumentDimension]:
    for place, dimension in enumerate(_scored(read)):
        benchmark = dimension.benchmark
        yield InstrumentDimension(
            instrument_id=row.id,
            place=place,
            key=dimension.key,
            title=dimension.title,
            description=dimension.description,
            is_total=dimension is read.total,
            benchmark=None if benchmark is None else _decimal(benchmark.value),
            benchmark_source=None if benchmark is None else benchmark.source,
            benchmark_on=None if benchmark is None else benchmark.published_on,
        )


def _bands(dimensions: dict[str, InstrumentDimension], read: pure.Instrument) -> Iterator[Recorded]:
    for dimension in _scored(read):
        for place, band in enumerate(dimension.bands):
            yield InstrumentBand(
                dimension_id=dimensions[dimension.key].id,
                place=place,
                key=band.key,
                title=band.title,
                starts_at=None if band.starts is None else _decimal(band.starts),
            )


def _items(
    row: Instrument, dimensions: dict[str, InstrumentDimension], read: pure.Instrument
) -> Iterator[Recorded]:
    for place, item in enumerate(read.items):
        yield InstrumentItem(
            instrument_id=row.id,
            dimension_id=dimensions[item.dimension].id,
            place=place,
            key=item.key,
            text=item.text,
            author=item.author,
            licence=item.licence,
            reverse=item.reverse,
            labels=None if item.labels is None else _words(item.labels),
        )


def _themes(row: Instrument, read: pure.Instrument) -> Iterator[Recorded]:
    for place, theme in enumerate(read.themes):
        yield InstrumentTheme(
            instrument_id=row.id, place=place, key=theme.key, title=theme.title, item_keys=list(theme.items)
        )


def _decimal(number: Fraction) -> Decimal:
    return Decimal(number.numerator) / Decimal(number.denominator)
