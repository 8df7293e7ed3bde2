/** Divides log-probabilities by a temperature and normalises them again: [n, classes]. */
export function tempered(logs: ArrayLike<number>, classes: number, temperature: number): Float64Array {
  const result = new Float64Array(logs.length);
  for (let start = 0; start < logs.length; start += classes) {
    let largest = -Infinity;
    for (let c = 0; c < classes; c++) largest = Math.max(largest, (logs[start + c] as number) / temperature);
    let sum = 0;
    for (let c = 0; c < classes; c++) sum += Math.exp((logs[start + c] as number) / temperature - largest);
    const norm = largest + Math.log(sum);
    for (let c = 0; c < classes; c++) result[start + c] = (logs[start + c] as number) / temperature - norm;
  }
  return result;
}

/**
 * The temperature under which the labels are most likely (Guo et al. 2017), by golden-section search in [0.5, 8].
 */
export function fitTemperature(logs: ArrayLike<number>, labels: Int32Array, classes: number): number {
  const score = (logTemperature: number) => {
    const temperature = Math.exp(logTemperature);
    let total = 0;
    labels.forEach((label, i) => {
      const start = i * classes;
      let largest = -Infinity;
      for (let c = 0; c < classes; c++)
        largest = Math.max(largest, (logs[start + c] as number) / temperature);
      let sum = 0;
      for (let c = 0; c < classes; c++) sum += Math.exp((logs[start + c] as number) / temperature - largest);
      total += (logs[start + label] as number) / temperature - largest - Math.log(sum);
    });
    return total / labels.length;
  };
  const golden = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [Math.log(0.5), Math.log(8)];
  for (let i = 0; i < 24; i++) {
    const [a, b] = [high - golden * (high - low), low + golden * (high - low)];
    if (score(a) > score(b)) high = b;
    else low = a;
  }
  return Math.exp((low + high) / 2);
}
