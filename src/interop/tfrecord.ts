import { maskedCrc32c } from './crc32c.ts';

const HEADER = 12;
const FOOTER = 4;

/**
 * One TFRecord: length (uint64), its masked CRC-32C, the data, their masked CRC-32C; all little-endian
 * (https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details).
 */
export function encodeRecord(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(HEADER + data.length + FOOTER);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc32c(record.subarray(0, 8)), true);
  record.set(data, HEADER);
  view.setUint32(HEADER + data.length, maskedCrc32c(data), true);
  return record;
}

export interface Records {
  /** Views into the file's bytes. */
  records: Uint8Array[];
  /** Bytes that the whole records take: where the next one will begin. */
  end: number;
  /** What is wrong after `end`; null: nothing, or a record that is still being written. */
  damage: string | null;
}

/** The whole records from `start` on. A record that is cut off is left for later, as its writer may be in the middle of it. */
export function readRecords(file: Uint8Array, start = 0): Records {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const records: Uint8Array[] = [];
  let end = start;
  while (end + HEADER <= file.length) {
    if (view.getUint32(end + 8, true) !== maskedCrc32c(file.subarray(end, end + 8))) {
      return { records, end, damage: `the length at byte ${end} does not match its checksum` };
    }
    const length = Number(view.getBigUint64(end, true));
    const from = end + HEADER;
    if (from + length + FOOTER > file.length) break;
    const data = file.subarray(from, from + length);
    if (view.getUint32(from + length, true) !== maskedCrc32c(data)) {
      return { records, end, damage: `the record at byte ${end} does not match its checksum` };
    }
    records.push(data);
    end = from + length + FOOTER;
  }
  return { records, end, damage: null };
}
