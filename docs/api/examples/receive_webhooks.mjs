// Receive webhooks with Node alone. (npm's package "standardwebhooks" does the part of `isOurs` for you.)
//
//     WEBHOOK_SECRET=whsec_… node receive_webhooks.mjs 9000
//
// Answers 204 to a message that is signed, 401 to any other, and prints what is new. Put it behind a proxy with TLS.
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const key = Buffer.from(process.env.WEBHOOK_SECRET.replace(/^whsec_/, ""), "base64");
const seen = new Set(); // keep it in your database: the same message may come twice

function isOurs(headers, body) {
  const id = headers["webhook-id"], time = headers["webhook-timestamp"];
  if (!id || Math.abs(Date.now() / 1000 - Number(time)) > 300) return false; // too old: somebody repeats it
  const wanted = createHmac("sha256", key).update(`${id}.${time}.`).update(body).digest();
  return (headers["webhook-signature"] ?? "").split(" ").some((one) => {
    const [version, text = ""] = one.split(",");
    const given = Buffer.from(text, "base64");
    return version === "v1" && given.length === wanted.length && timingSafeEqual(given, wanted);
  });
}

createServer(async (request, response) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  const body = Buffer.concat(parts); // the bytes as they came: do not parse first
  if (!isOurs(request.headers, body)) return response.writeHead(401).end();
  const id = request.headers["webhook-id"];
  if (!seen.has(id)) {
    seen.add(id);
    const message = JSON.parse(body);
    console.log(message.type, message.data.url ?? ""); // queue it, answer, work later
  }
  response.writeHead(204).end();
}).listen(Number(process.argv[2]), "127.0.0.1");
