// A small HTTP service: says hello, and says at /health that it is well.
const http = require("node:http");

const answers = { "/": "hello\n", "/health": "ok\n" };

http
  .createServer((request, response) => {
    const text = answers[request.url];
    response.writeHead(text ? 200 : 404, { "Content-Type": "text/plain; charset=utf-8" });
    response.end(text || "not found\n");
  })
  .listen(Number(process.env.PORT || 8080));
