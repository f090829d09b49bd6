/** Line icons on a 16 × 16 grid: paths that are stroked (`line`) or filled (`fill`). */
export const iconShapes = {
  stop: { fill: 'M4 4h8v8H4z' },
  play: { fill: 'M4.5 2.8v10.4L13 8z' },
  continue: { fill: 'M2.5 3.5v9L8 8zM8.5 3.5v9L14 8z' },
  duplicate: { line: 'M5.5 5.5h8v8h-8zM10.5 5V2.5h-8v8H5' },
  classify: { line: 'M2.5 2.5h5l6 6-5 5-6-6z', fill: 'M5.2 4.2a1 1 0 1 0 0 2 1 1 0 0 0 0-2z' },
  check: { line: 'M3 8.5l3.2 3.2L13 4.8' },
  error: { line: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8zM5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8' },
  warning: { line: 'M8 2l6.3 11.5H1.7zM8 6.3v3.6', fill: 'M7.4 11h1.2v1.2H7.4z' },
  clock: { line: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8zM8 4.5V8l2.5 1.8' },
  bolt: { line: 'M9.2 1.8L3.6 9h3.6l-.8 5.2L12.4 7H8.6z' },
  cancelled: { line: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8zM3.6 3.6l8.8 8.8' },
  pulse: { line: 'M1.5 8.5h3l2-5 3 9 2-4h3' },
  info: { line: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8zM8 7.2v4', fill: 'M7.4 4.6h1.2v1.2H7.4z' },
  copy: { line: 'M5.5 5.5h7v8h-7zM10 5V2.5H3.5v8H5' },
  file: { line: 'M3.5 1.8h6l3 3v9.4h-9zM9.2 2v3.2h3.2' },
  folder: { line: 'M1.8 3.5h4.4l1.5 1.8h6.5v7.2H1.8z' },
  log: { line: 'M2.5 2.5h11v11h-11zM5 5.8h6M5 8.2h6M5 10.6h3.5' },
  image: { line: 'M1.8 3h12.4v10H1.8zM2 11l3.5-3.5 3 3 2-2 3.5 3.3', fill: 'M10.5 5.2a1 1 0 1 0 0 2 1 1 0 0 0 0-2z' },
  table: { line: 'M2 3h12v10H2zM2 6.3h12M2 9.6h12M6 6.3V13' },
  star: { fill: 'M8 1.6l1.9 4.1 4.5.5-3.3 3 .9 4.4L8 11.4l-4 2.2.9-4.4-3.3-3 4.5-.5z' },
  pin: { line: 'M5.5 2h5M6.5 2v4.2L4 9h8L9.5 6.2V2M8 9v5' },
  openRun: { line: 'M9.5 2.5h4v4M13.2 2.8L8 8M11.5 9.5v4h-9v-9h4' },
  eye: { line: 'M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8zM8 6a2 2 0 1 0 0 4 2 2 0 0 0 0-4z' },
  eyeClosed: {
    line: 'M1.5 6.5S4 10.2 8 10.2s6.5-3.7 6.5-3.7M3.4 9l-1.2 2M6.4 10.4L6 12.8M9.6 10.4l.4 2.4M12.6 9l1.2 2',
  },
  save: { line: 'M2.5 2.5h8.5l2.5 2.5v8.5h-11zM5 2.5V6h5V2.5M5 13.5V9h6v4.5' },
  trash: { line: 'M3 4.5h10M6 4.5v-2h4v2M4.2 4.5l.6 9h6.4l.6-9' },
  zoomOut: { line: 'M7 2.2a4.8 4.8 0 1 0 0 9.6 4.8 4.8 0 0 0 0-9.6zM10.5 10.5l3.5 3.5M4.8 7h4.4' },
} as const satisfies Record<string, { line?: string; fill?: string }>;

export type IconName = keyof typeof iconShapes;
