const ITERATIONS = 100;

/**
 * Class probabilities from those of pairs: minimises Σ_{i≠j} (r_ji·p_i − r_ij·p_j)² (Wu, Lin & Weng 2004, their second method, algorithm 2;
 * libsvm's `multiclass_probability`).
 * @param pairs [class, class], r_ij: probability of i where it is i or j
 * @returns [class], sums to 1
 */
export function couple(pairs: Float64Array, classes: number): Float64Array {
  const q = new Float64Array(classes * classes);
  for (let i = 0; i < classes; i++) {
    for (let j = 0; j < classes; j++) {
      if (i === j) continue;
      const [rij, rji] = [pairs[i * classes + j] as number, pairs[j * classes + i] as number];
      q[i * classes + i] = (q[i * classes + i] as number) + rji * rji;
      q[i * classes + j] = -rji * rij;
    }
  }
  const p = new Float64Array(classes).fill(1 / classes);
  const qp = new Float64Array(classes);
  for (let iteration = 0; iteration < Math.max(ITERATIONS, classes); iteration++) {
    let total = 0;
    for (let i = 0; i < classes; i++) {
      let sum = 0;
      for (let j = 0; j < classes; j++) sum += (q[i * classes + j] as number) * (p[j] as number);
      qp[i] = sum;
      total += (p[i] as number) * sum;
    }
    if (qp.every((value) => Math.abs(value - total) < 0.005 / classes)) break;
    for (let i = 0; i < classes; i++) {
      const own = q[i * classes + i] as number;
      const change = (total - (qp[i] as number)) / own;
      p[i] = (p[i] as number) + change;
      total = (total + change * (change * own + 2 * (qp[i] as number))) / (1 + change) / (1 + change);
      for (let j = 0; j < classes; j++) {
        qp[j] = ((qp[j] as number) + change * (q[i * classes + j] as number)) / (1 + change);
        p[j] = (p[j] as number) / (1 + change);
      }
    }
  }
  return p;
}
