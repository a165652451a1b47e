"""One resource as a Parquet file: what anyone may read of it, typed, written a batch at a time."""

from itertools import islice
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from wecd.common.rest.reader import ANYONE
from wecd.common.rest.resource import Resource
from wecd.opendata.columns import struct
from wecd.opendata.publisher import LICENCE, publisher_name

SCHEMA_VERSION = "1"  # raise it when a column goes or changes its type; new columns are no new version
ROWS_A_BATCH = 5_000


def schema(resource: Resource) -> pa.Schema:
    """The columns, with the meaning of each and of the whole beside them."""
    fields = resource.fields_for(ANYONE)
    kind = struct(fields, resource.model).kind
    told = {"title": resource.name, "licence": LICENCE, "publisher": publisher_name()}
    told |= {"description": resource.help, "schema_version": SCHEMA_VERSION}
    return pa.schema(
        [each.with_metadata({"description": fields[each.name].help}) for each in kind],
        metadata={name: value.encode() for name, value in told.items()},
    )


def write(resource: Resource, path: Path) -> int:
    """Write every row anyone may see, in the order in which they were made; how many there were.

    SECURITY: what leaves is what ``Resource.rows(ANYONE)`` and ``fields_for(ANYONE)`` give, as in the API.
    """
    fields = resource.fields_for(ANYONE)
    row, columns = struct(fields, resource.model), schema(resource)
    texts = resource.rows(ANYONE).order_by("pk").values_list(resource.as_json(fields), flat=True)
    count = 0
    with pq.ParquetWriter(path, columns, compression="zstd") as writer:
        for batch in _batches(texts.iterator(chunk_size=ROWS_A_BATCH)):
            array = row.read([orjson.loads(text) for text in batch])
            writer.write_batch(pa.RecordBatch.from_arrays(array.flatten(), schema=columns))
            count += len(batch)
    return count


def _batches(texts):
    rows = iter(texts)
    while batch := list(islice(rows, ROWS_A_BATCH)):
        yield batch
