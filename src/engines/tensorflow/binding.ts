/**
 * The native module of `@tensorflow/tfjs-node-gpu` (its `binding/tfjs_binding.cc`), as far as it is used here. Every call is
 * synchronous and throws an `Error` with TensorFlow's own message.
 */
export interface TensorFlowBinding {
  readonly TF_Version: string;
  isUsingGpuDevice(): boolean;
  /**
   * The array's memory is shared, not copied, until the tensor is deleted.
   * @returns the tensor's id.
   */
  createTensor(shape: readonly number[], type: number, data: Uint8Array | Int32Array | Float32Array): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): Uint8Array | Int32Array | Float32Array;
  /** @returns the session's id. The folder is no longer needed afterwards. */
  loadSavedModel(folder: string, tags: string): number;
  deleteSavedModel(session: number): void;
  /** Names are `operation:index`, joined by commas. */
  runSavedModel(session: number, inputs: readonly number[], inputNames: string, outputNames: string): OutputTensor[];
  getNumOfTensors(): number;
  getNumOfSavedModels(): number;
}

export interface OutputTensor {
  id: number;
  shape: number[];
  dtype: number;
}

/** The Node-API module of `native/loader.c`. */
export interface LibraryLoader {
  /** Opens a shared library so that modules loaded later find its symbols. Returns '' or the system's error message. */
  load(path: string): string;
  /** What the process writes to standard error goes to that file until `restoreErrors`. */
  redirectErrors(path: string): void;
  restoreErrors(): void;
}
