import { tf, type CustomLayer } from "mmspec/runtime";

/** The mean over a picture: [batch, height, width, channels] -> [batch, channels]. */
const meanOfAll: CustomLayer = () => () => ({ apply: (x) => tf.mean(x, [1, 2]) });

export default meanOfAll;
