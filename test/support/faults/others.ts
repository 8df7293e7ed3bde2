export const others: {
  name: string;
  inject(folder: string, whole: unknown): Promise<{ code: string; said: string; intact: string }>;
}[] = [];
