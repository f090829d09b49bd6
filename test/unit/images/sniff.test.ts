import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sniff } from '../../../src/images/sniff.ts';

function bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function bmpHeader(headerSize: number): Uint8Array {
  const data = Buffer.alloc(54);
  data.write('BM');
  data.writeUInt32LE(headerSize, 14);
  return data;
}

const files: [name: string, content: Uint8Array, expected: string | null][] = [
  ['JPEG', bytes('\xff\xd8\xff\xe0\0\x10JFIF'), 'jpeg'],
  ['PNG', bytes('\x89PNG\r\n\x1a\n\0\0\0\rIHDR'), 'png'],
  ['PNG whose line ends were converted', bytes('\x89PNG\n\x1a\n\0\0\0\rIHDR'), null],
  ['GIF 87a', bytes('GIF87a'), 'gif'],
  ['GIF 89a', bytes('GIF89a'), 'gif'],
  ['WebP', bytes('RIFF\x24\0\0\0WEBPVP8 '), 'webp'],
  ['sound in RIFF', bytes('RIFF\x24\0\0\0WAVEfmt '), null],
  ['TIFF, little-endian', bytes('II*\0\x08\0\0\0'), 'tiff'],
  ['TIFF, big-endian', bytes('MM\0*\0\0\0\x08'), 'tiff'],
  ['BigTIFF', bytes('II+\0\x08\0\0\0'), 'tiff'],
  ['AVIF', bytes('\0\0\0\x1cftypavif\0\0\0\0mif1miafMA1B'), 'avif'],
  ['AVIF by a compatible brand', bytes('\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf'), 'avif'],
  ['HEIC', bytes('\0\0\0\x18ftypheic\0\0\0\0mif1heic'), 'unsupported HEIC'],
  ['film', bytes('\0\0\0\x18ftypisom\0\0\x02\0isomiso2'), null],
  ['BMP', bmpHeader(40), 'bmp'],
  ['BMP, version 5', bmpHeader(124), 'bmp'],
  ['text that starts with BM', bytes('BMW, Audi and other makes of car, in no order'), null],
  ['SVG', bytes('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'svg'],
  [
    'SVG behind a prolog',
    bytes('\xef\xbb\xbf<?xml version="1.0"?>\n<!-- a > b -->\n<!DOCTYPE svg [<!ENTITY x "y">]>\n<svg:svg>'),
    'svg',
  ],
  ['SVG inside HTML', bytes('<!doctype html><html><svg></svg></html>'), null],
  ['word that starts with svg', bytes('<svgfile>'), null],
  ['JPEG XL', bytes('\xff\x0a\xfa\x1f'), 'unsupported JPEG XL'],
  ['Photoshop', bytes('8BPS\0\x01'), 'unsupported Photoshop'],
  ['Netpbm', bytes('P6\n2 2\n255\n'), 'unsupported Netpbm'],
  ['text', bytes('path,label\na.png,cat\n'), null],
  ['one byte', bytes('\xff'), null],
  ['nothing', bytes(''), null],
];

for (const [name, content, expected] of files) {
  test(`sniff: ${name}`, () => {
    const sniffed = sniff(content);
    const said = !sniffed ? null : 'format' in sniffed ? sniffed.format : `unsupported ${sniffed.unsupported}`;
    assert.equal(said, expected);
  });
}

test('sniff never throws on any cut of a header', () => {
  for (const [, content] of files) for (let end = 0; end < content.length; end++) sniff(content.subarray(0, end));
});
