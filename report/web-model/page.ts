import { loadModel } from "../../runtime/prediction/export/web-model.js";
import type { Answer } from "../try/answer.js";
import { showPage } from "../try/page.js";
import "../try/try.css";

const model = loadModel();
showPage(
  async (sample) => {
    const [answer] = await (await model).predict([sample]);
    return answer as Answer;
  },
  ["It is computed in this page, by model.json; README.md tells how another page does it."],
);
