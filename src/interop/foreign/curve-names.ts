const names: readonly [RegExp, string][] = [
  [
    /^(val|valid|validation|eval|evaluation)[_/ .-](epoch[_/ .-])?(acc(uracy)?|categorical_accuracy|sparse_categorical_accuracy)(_epoch)?$/i,
    'val_accuracy',
  ],
  [/^(val|valid|validation|eval|evaluation)[_/ .-](epoch[_/ .-])?loss(_epoch)?$/i, 'val_loss'],
  [/^test[_/ .-](epoch[_/ .-])?acc(uracy)?$/i, 'test_accuracy'],
  [
    /^((train|training)[_/ .-])?(epoch[_/ .-])?(acc(uracy)?|categorical_accuracy|sparse_categorical_accuracy)$/i,
    'accuracy',
  ],
  [/^((train|training)[_/ .-])?(epoch[_/ .-])?loss$/i, 'loss'],
  [/^((train|training)[_/ .-])?(epoch[_/ .-])?(lr|learning[_ .-]?rate)([-_/].*)?$|^lr-\w+([-/].*)?$/i, 'learning_rate'],
  [/^(train|training)[_/ .-]acc(uracy)?_(epoch|step)$/i, 'accuracy'],
  [/^(train|training)[_/ .-]loss_(epoch|step)$/i, 'loss'],
];

/** Our name of a curve that another tool names in its own way (`epoch_accuracy`, `val/acc`, `lr-Adam`); other names stay. */
export function curveName(name: string): string {
  return names.find(([pattern]) => pattern.test(name))?.[1] ?? name;
}
