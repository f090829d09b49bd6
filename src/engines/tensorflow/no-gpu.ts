export interface GpuCircumstances {
  /** Names of the NVIDIA cards that the driver knows; empty: no card or no driver. */
  cards: readonly string[];
  flavor: 'cpu' | 'cuda' | null;
  cudaLibraries: boolean;
  /** What TensorFlow wrote when it started (`TF_CPP_MIN_LOG_LEVEL=0`). */
  log: string;
}

export interface NoGpu {
  reason: string;
  advice: string;
}

const withCuda =
  'Install a TensorFlow that brings them: loupe setup --install cuda (or pip install "tensorflow[and-cuda]").';

/** Why a TensorFlow that works computes on the processor although there is an NVIDIA card; null where there is no card. */
export function explainNoGpu({ cards, flavor, cudaLibraries, log }: GpuCircumstances): NoGpu | null {
  const card = cards[0];
  if (card === undefined) return null;
  if (flavor === 'cpu') {
    return { reason: `This TensorFlow is made for processors only; ${card} is not used.`, advice: withCuda };
  }
  const driver =
    /CUDA driver version is insufficient|driver version.*(?:older|insufficient)|forward compatibility/i.exec(log);
  if (driver) {
    return {
      reason: `The driver of ${card} is older than the CUDA that this TensorFlow was made with.`,
      advice: 'Update NVIDIA’s driver, or install an older TensorFlow.',
    };
  }
  const cudnn = /Loaded runtime CuDNN library: ([\d.]+) but source was compiled with: ([\d.]+)/i.exec(log);
  if (cudnn) {
    return {
      reason: `It found cuDNN ${trimDot(cudnn[1])}, and was made with ${trimDot(cudnn[2])}.`,
      advice: withCuda,
    };
  }
  const missing = /Could not load dynamic library '([^']+)'|Cannot dlopen some GPU libraries/i.exec(log);
  if (missing || !cudaLibraries) {
    const which = missing?.[1] ? ` (${missing[1]})` : '';
    return { reason: `NVIDIA’s libraries (CUDA, cuDNN) were not found beside it${which}.`, advice: withCuda };
  }
  const cuInit = /failed call to cuInit: (.+)/i.exec(log);
  if (cuInit) {
    return {
      reason: `The driver of ${card} refused: ${cuInit[1]?.trim()}.`,
      advice: 'Check with nvidia-smi that the card works for this user (in a container: that it was passed through).',
    };
  }
  return {
    reason: `TensorFlow does not use ${card} and did not say why.`,
    advice: 'What it wrote when it started is in start.log in Loupe’s cache folder.',
  };
}

function trimDot(version: string | undefined): string {
  return (version ?? '').replace(/\.$/, '');
}
