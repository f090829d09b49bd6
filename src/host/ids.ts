/**
 * Everything that the manifest and the code must agree on, typed once. `test/unit/manifest.test.ts` keeps package.json
 * and these tables equal.
 */
export const commands = {
  openDataSet: 'loupe.dataSet.open',
  createSample: 'loupe.dataSet.createSample',
  scanDataSet: 'loupe.dataSet.scan',
  removeDataSet: 'loupe.dataSet.remove',
  revealDataSet: 'loupe.dataSet.reveal',
  trainDataSet: 'loupe.dataSet.train',
  inspectDataSet: 'loupe.dataSet.inspect',
  cleanDataSet: 'loupe.clean.open',
  keepCandidate: 'loupe.clean.keep',
  keepAlike: 'loupe.clean.keepAlike',
  acceptCandidate: 'loupe.clean.accept',
  relabelCandidate: 'loupe.clean.relabel',
  relabelAlike: 'loupe.clean.relabelAlike',
  excludeCandidate: 'loupe.clean.exclude',
  excludeAlike: 'loupe.clean.excludeAlike',
  deleteCandidate: 'loupe.clean.delete',
  deleteAlike: 'loupe.clean.deleteAlike',
  dismissCandidate: 'loupe.clean.dismiss',
  dismissAlike: 'loupe.clean.dismissAlike',
  restoreCandidate: 'loupe.clean.restore',
  restoreAlike: 'loupe.clean.restoreAlike',
  openCandidate: 'loupe.clean.openImage',
  filterCandidates: 'loupe.clean.filter',
  undoLabel: 'loupe.clean.undo',
  redoLabel: 'loupe.clean.redo',
  findIssues: 'loupe.issues.find',
  applyLabels: 'loupe.labels.apply',
  undoApply: 'loupe.labels.undoApply',
  addImages: 'loupe.dataSet.addImages',
  watchImages: 'loupe.dataSet.watchImages',
  labelImage: 'loupe.image.label',
  excludeImage: 'loupe.image.exclude',
  restoreImage: 'loupe.image.restore',
  keepIssue: 'loupe.issue.keep',
  relabelIssue: 'loupe.issue.relabel',
  excludeIssue: 'loupe.issue.exclude',
  dismissIssue: 'loupe.issue.dismiss',
  moreIssues: 'loupe.issues.more',
  train: 'loupe.train',
  trainWithDefaults: 'loupe.trainWithDefaults',
  showRecipes: 'loupe.recipes.show',
  newConfig: 'loupe.config.new',
  trainConfig: 'loupe.config.train',
  openRunOfConfig: 'loupe.config.openRun',
  saveConfigAsRecipe: 'loupe.config.saveAsRecipe',
  findRate: 'loupe.lrFinder.find',
  openFinder: 'loupe.lrFinder.open',
  previewSchedule: 'loupe.config.previewSchedule',
  previewAugment: 'loupe.augment.preview',
  openRun: 'loupe.run.open',
  stopRun: 'loupe.run.stop',
  resumeRun: 'loupe.run.resume',
  continueRun: 'loupe.run.continue',
  duplicateRun: 'loupe.run.duplicate',
  saveRunAsRecipe: 'loupe.run.saveAsRecipe',
  renameRun: 'loupe.run.rename',
  editNote: 'loupe.run.editNote',
  editTags: 'loupe.run.editTags',
  starRun: 'loupe.run.star',
  unstarRun: 'loupe.run.unstar',
  revealRun: 'loupe.run.reveal',
  copyRunPath: 'loupe.run.copyPath',
  deleteRun: 'loupe.run.delete',
  showRunLog: 'loupe.run.showLog',
  filterRuns: 'loupe.runs.filter',
  clearFilter: 'loupe.runs.clearFilter',
  sortRuns: 'loupe.runs.sort',
  compareRuns: 'loupe.compare.runs',
  compareAll: 'loupe.compare.all',
  compareWith: 'loupe.compare.with',
  pinBaseline: 'loupe.compare.pinBaseline',
  addForeignRuns: 'loupe.compare.addForeign',
  measurePayoff: 'loupe.cleaning.measurePayoff',
  showPayoff: 'loupe.cleaning.showPayoff',
  comparePayoff: 'loupe.cleaning.comparePayoff',
  deletePayoff: 'loupe.cleaning.deletePayoff',
  exportModel: 'loupe.run.export',
  openModelCard: 'loupe.run.openCard',
  classify: 'loupe.classify',
  evaluateRun: 'loupe.run.evaluate',
  openPredict: 'loupe.predict.open',
  startFromFolder: 'loupe.start',
  measureBaseline: 'loupe.dataSet.baseline',
  whichAlgorithm: 'loupe.dataSet.which',
  openReport: 'loupe.report.open',
  deleteReport: 'loupe.report.delete',
  getWeights: 'loupe.weights.get',
  importWeights: 'loupe.weights.import',
  chooseLayers: 'loupe.layers.choose',
  switchBatchNorm: 'loupe.layers.switchBatchNorm',
  unfreezeGradually: 'loupe.layers.unfreeze',
  closeLayers: 'loupe.layers.close',
  setUpEngine: 'loupe.engine.setUp',
  chooseEngine: 'loupe.engine.choose',
  showLog: 'loupe.output.show',
  openWalkthrough: 'loupe.walkthrough.open',
} as const;

export type CommandId = (typeof commands)[keyof typeof commands];

export const views = {
  container: 'loupe',
  dataSets: 'loupe.dataSets',
  runs: 'loupe.runs',
  layers: 'loupe.layers',
} as const;

/** `viewType`s of webview panels. */
export const panels = {
  run: 'loupe.run',
  compare: 'loupe.compare',
  lrFinder: 'loupe.lrFinder',
  schedule: 'loupe.schedule',
  augment: 'loupe.augment',
  evaluate: 'loupe.evaluate',
  predict: 'loupe.predict',
  inspect: 'loupe.inspect',
  baseline: 'loupe.baseline',
} as const;

/** `viewType`s of editors of files. */
export const customEditors = {
  clean: 'loupe.clean',
} as const;

export const contextKeys = {
  /** A data set is in the list. */
  dataSetsAny: 'loupe.dataSets.any',
  /** A data set was looked through and holds images. */
  dataSetsScanned: 'loupe.dataSets.scanned',
  runsAny: 'loupe.runs.any',
  runsFiltered: 'loupe.runs.filtered',
  /** The active editor shows an image of a data set that is in the list. */
  imageOfDataSet: 'loupe.image.ofDataSet',
  /** The cleaning panel has the keyboard. */
  cleanFocused: 'loupe.clean.focused',
  /** A run is queued, starting, running or stopping. */
  runActive: 'loupe.run.active',
  /** A run was stopped or interrupted and can go on. */
  runResumable: 'loupe.run.resumable',
  /** A run panel has been shown in this window. */
  runPanelShown: 'loupe.runPanel.shown',
  /** A run has a saved model. */
  modelAvailable: 'loupe.model.available',
  /** An image was classified in this window. */
  imageClassified: 'loupe.image.classified',
  /** The tree of trainable layers shows a config's network. */
  layersShown: 'loupe.layers.shown',
} as const;

export type ContextKey = (typeof contextKeys)[keyof typeof contextKeys];

export const settings = {
  parallelRuns: 'loupe.runs.parallel',
  engine: 'loupe.engine',
  threads: 'loupe.threads',
  foreignFolders: 'loupe.compare.foreignFolders',
  zooMirror: 'loupe.zoo.mirror',
  labelAuthor: 'loupe.labels.author',
  tuneIssues: 'loupe.issues.tune',
} as const;

/** Tokens of a run item's `contextValue`; menus match them as words. */
export const runTokens = [
  'run',
  'stoppable',
  'resumable',
  'continuable',
  'idle',
  'model',
  'starred',
  'unstarred',
] as const;

export type RunToken = (typeof runTokens)[number];

/** `contextValue`s of items of the Data Sets tree. */
export const dataSetTokens = [
  'dataSet',
  'proposed',
  'report',
  'payoff',
  'issueKind',
  'issueLabel',
  'issueImage',
  'issueCopies',
] as const;

/** `contextValue`s of items of the tree of trainable layers. */
export const layerTokens = ['batchNorm'] as const;

export const walkthroughId = 'loupe.loupe#start';

export const configSuffix = '.loupe.json';
