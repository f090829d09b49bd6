export const preset = `${JSON.stringify(
  {
    name: 'Emoji categories',
    data: { source: 'manifest.csv', validation: 0.2 },
    input: { width: 32, height: 32 },
    model: { architecture: 'small-cnn' },
    training: { epochs: 24, batchSize: 32, learningRate: 0.003 },
    seed: 7,
  },
  null,
  2,
)}\n`;

export function readme(images: number): string {
  return `# Loupe's demo data

${images} drawings of emojis by three artists. The class is the emoji's category (animals, food, people, …); the group is the
emoji itself, so that the same emoji never stands in the training and in the validation images.

1. Open \`demo.loupe.json\` and press **Train** above the first line (about a minute).
2. Watch the curves in the Run panel; stop and resume as you like.
3. Right-click an image and choose **Loupe: Classify with Best Model**.

Made by \`npm run demo\`. Whose drawings these are: [ATTRIBUTION.md](ATTRIBUTION.md).
`;
}

/** @param version of an \`@iconify-json\` package */
export function attribution(version: (name: string) => string): string {
  return `# Attribution

The images in this folder are drawings from three emoji sets, taken from the npm packages named below and rendered at
72 × 72 pixels on a plain background. Nothing else was changed.

| in the file name | set | author | licence | source | package |
| --- | --- | --- | --- | --- | --- |
| \`-twemoji\` | Twemoji | Copyright Twitter, Inc and other contributors | [CC BY 4.0](https://creativecommons.org/licenses/by/4.0/) | <https://github.com/jdecked/twemoji> | @iconify-json/twemoji ${version('twemoji')} |
| \`-noto\` | Noto Emoji | Copyright Google LLC | [Apache 2.0](https://www.apache.org/licenses/LICENSE-2.0) | <https://github.com/googlefonts/noto-emoji> | @iconify-json/noto ${version('noto')} |
| \`-fluent\` | Fluent Emoji (flat) | Copyright (c) Microsoft Corporation | [MIT](https://github.com/microsoft/fluentui-emoji/blob/main/LICENSE) | <https://github.com/microsoft/fluentui-emoji> | @iconify-json/fluent-emoji-flat ${version('fluent-emoji-flat')} |

The packages are made by [Iconify](https://iconify.design/).
`;
}
