// The official JavaScript client against a gateway: node calls.mjs <base URL>, the key in OPENAI_API_KEY.
// Prints one JSON object of what came back.
import OpenAI from "openai";

const client = new OpenAI({ baseURL: process.argv[2], maxRetries: 0 });
const messages = [{ role: "user", content: "Hello there" }];
const tools = [{ type: "function", function: { name: "find_order", parameters: { type: "object", properties: {} } } }];

const { data: whole, response } = await client.chat.completions.create({ model: "chat", messages }).withResponse();
const pieces = [];
for await (const chunk of await client.chat.completions.create({ model: "chat", messages, stream: true })) {
  pieces.push(chunk.choices[0]?.delta?.content ?? "");
}
const called = await client.chat.completions.create({ model: "chat", messages, tools, tool_choice: "required" });
const embedded = await client.embeddings.create({ model: "chat", input: "Hello" });
const responded = await client.responses.create({ model: "chat", input: "Hello" });
const models = [];
for await (const model of client.models.list()) models.push(model.id);

async function refusal(body) {
  try {
    const answer = await client.chat.completions.create({ messages, ...body });
    for await (const _ of answer) {
      // read until it breaks
    }
  } catch (error) {
    return { kind: error.constructor.name, status: error.status ?? null, code: error.code ?? null };
  }
  return null;
}

console.log(
  JSON.stringify({
    whole: whole.choices[0].message.content,
    upstream: response.headers.get("x-earpiece-upstream"),
    streamed: pieces.join(""),
    tool: called.choices[0].message.tool_calls[0].function.name,
    vector: embedded.data[0].embedding,
    responded: responded.output_text,
    models,
    unknown: await refusal({ model: "gpt-9" }),
    broken: await refusal({ model: "broken", stream: true }),
  }),
);
