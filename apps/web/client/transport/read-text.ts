/**
 * Calls `take` for each piece of a response's text. The next piece waits until it resolves. Throws in a browser without
 * readable streams.
 */
export async function readText({ body }: Response, take: (text: string) => unknown): Promise<void> {
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    await take(decoder.decode(value, { stream: true }));
  }
}
