/** A small tokenizer in the format of Hugging Face: whole words in lower case between [CLS] and [SEP]. */
export function tokenizerJson(): string {
  const tokens = ["[PAD]", "[CLS]", "[SEP]", "[UNK]", "the", "cat", "sat", "dog"];
  const special = tokens.slice(0, 4).map((content, id) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  }));
  const template = (content: string, id: number) => ({ id: content, ids: [id], tokens: [content] });
  return JSON.stringify({
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: special,
    normalizer: { type: "Lowercase" },
    pre_tokenizer: { type: "Whitespace" },
    post_processor: {
      type: "TemplateProcessing",
      single: [
        { SpecialToken: { id: "[CLS]", type_id: 0 } },
        { Sequence: { id: "A", type_id: 0 } },
        { SpecialToken: { id: "[SEP]", type_id: 0 } },
      ],
      pair: [],
      special_tokens: { "[CLS]": template("[CLS]", 1), "[SEP]": template("[SEP]", 2) },
    },
    decoder: null,
    model: {
      type: "WordLevel",
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      unk_token: "[UNK]",
    },
  });
}
