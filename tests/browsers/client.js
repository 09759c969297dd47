// The page asks its server for an exchange, runs it, and reports what it could see.
"use strict";

const base = document.currentScript.src.replace("/corsac/client.js", "");
// No exchange takes longer than this, so a page does not hang if its server does.
const LONGEST = 15000;

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** Writes a line to the place where the browser's own messages appear. */
function mark(job, line) {
  if (job.marker === "error") {
    // Firefox keeps the errors of pages together with its own messages, but not the output of console.log.
    setTimeout(() => {
      throw new Error(line);
    });
  } else {
    console.log(line);
  }
}

function body(kind) {
  switch (kind) {
    case undefined:
    case null:
    case "none":
      return undefined;
    case "text":
      return "x";
    case "urlencoded":
      return new URLSearchParams("a=1");
    case "form-data": {
      const form = new FormData();
      form.append("a", "1");
      return form;
    }
    case "stream":
      return new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode("hello"));
          controller.close();
        },
      });
    default:
      return new Blob(["{}"], { type: kind.type });
  }
}

const lower = (names) => [...new Set(names.map((name) => name.toLowerCase()))].sort();

async function runFetch(request) {
  const options = { method: request.method, headers: request.headers ?? [], body: body(request.body) };
  for (const name of ["credentials", "mode", "redirect", "cache", "integrity"]) {
    if (request[name] !== undefined && request[name] !== null) options[name] = request[name];
  }
  if (request.body === "stream") options.duplex = "half";
  let made;
  try {
    made = new Request(request.url, options);
  } catch (error) {
    return { outcome: "invalid-request", error: String(error) };
  }
  let response;
  try {
    response = await fetch(made);
  } catch (error) {
    return { outcome: error.name === "NotSupportedError" ? "invalid-request" : "network-error", error: String(error) };
  }
  const seen = { type: response.type, status: response.status, readable_headers: lower([...response.headers.keys()]) };
  if (response.type === "opaque" || response.type === "opaqueredirect") return { outcome: "opaque", ...seen };
  try {
    await response.text();
  } catch (error) {
    return { outcome: "network-error", error: String(error), ...seen, readable_headers: [] };
  }
  return { outcome: "readable", ...seen };
}

function runXhr(request) {
  return new Promise((done) => {
    const xhr = new XMLHttpRequest();
    xhr.onload = () => {
      const lines = xhr.getAllResponseHeaders().split("\r\n").filter(Boolean);
      done({ outcome: "readable", status: xhr.status, readable_headers: lower(lines.map((line) => line.split(":")[0])) });
    };
    xhr.onerror = () => done({ outcome: "network-error" });
    try {
      xhr.open(request.method ?? "GET", request.url);
      if (request.credentials === "include") xhr.withCredentials = true;
      for (const [name, value] of request.headers ?? []) xhr.setRequestHeader(name, value);
      if (request.upload_listener) xhr.upload.addEventListener("progress", () => {});
      xhr.send(body(request.body));
    } catch (error) {
      done({ outcome: "invalid-request", error: String(error) });
    }
  });
}

/** Sets the attribute `crossorigin` of an element, as the request needs it. */
function crossOrigin(element, request) {
  if (request.mode === "cors") element.crossOrigin = request.credentials === "include" ? "use-credentials" : "anonymous";
}

function runImg(request) {
  return new Promise((done) => {
    const image = new Image();
    crossOrigin(image, request);
    image.onerror = () => done({ outcome: "network-error" });
    image.onload = () => {
      const canvas = document.createElement("canvas");
      const context = canvas.getContext("2d");
      context.drawImage(image, 0, 0);
      try {
        context.getImageData(0, 0, 1, 1);
        done({ outcome: "readable" });
      } catch {
        done({ outcome: "opaque" });
      }
    };
    image.src = request.url;
  });
}

function runScript(request) {
  return new Promise((done) => {
    const script = document.createElement("script");
    if (request.initiator === "module") script.type = "module";
    crossOrigin(script, request);
    if (request.initiator === "module" && request.credentials === "include") script.crossOrigin = "use-credentials";
    if (request.integrity) script.integrity = request.integrity;
    let message = "";
    const hear = (event) => (message += event.message ?? "");
    window.addEventListener("error", hear);
    const end = (outcome) => {
      window.removeEventListener("error", hear);
      script.remove();
      done({ outcome });
    };
    script.onerror = () => end("network-error");
    script.onload = async () => {
      await pause(0);
      end(message.includes("secret") ? "readable" : "opaque");
    };
    script.src = request.url;
    document.documentElement.append(script);
  });
}

function runCss(request) {
  return new Promise((done) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    crossOrigin(link, request);
    const end = (outcome) => {
      link.remove();
      done({ outcome });
    };
    link.onerror = () => end("network-error");
    link.onload = () => {
      try {
        end(link.sheet.cssRules.length > 0 ? "readable" : "opaque");
      } catch {
        end("opaque");
      }
    };
    link.href = request.url;
    document.documentElement.append(link);
  });
}

async function runFont(request) {
  try {
    await new FontFace("corsac", `url("${request.url}")`).load();
    return { outcome: "readable" };
  } catch {
    return { outcome: "network-error" };
  }
}

function runEventSource(request) {
  return new Promise((done) => {
    const source = new EventSource(request.url, { withCredentials: request.credentials === "include" });
    const end = (outcome) => {
      source.close();
      done({ outcome });
    };
    source.onmessage = () => end("readable");
    source.onerror = () => end("network-error");
  });
}

async function runBeacon(request) {
  try {
    navigator.sendBeacon(request.url, body(request.body));
  } catch (error) {
    return { outcome: "invalid-request", error: String(error) };
  }
  // The page is not notified when the beacon arrives.
  await pause(1000);
  return { outcome: "unheard" };
}

const RUNNERS = {
  fetch: runFetch,
  xhr: runXhr,
  img: runImg,
  script: runScript,
  module: runScript,
  css: runCss,
  font: runFont,
  eventsource: runEventSource,
  beacon: runBeacon,
};

async function run(job) {
  const request = job.request;
  const late = pause(LONGEST).then(() => ({ outcome: "timeout" }));
  mark(job, `corsac begin ${job.number}`);
  if (job.marker === "error") await pause(0);
  let result;
  try {
    result = await Promise.race([RUNNERS[request.initiator ?? "fetch"](request), late]);
  } catch (error) {
    result = { outcome: "harness-error", error: String(error) };
  }
  // Some engines write messages only after the script has seen the failure.
  await pause(job.settle);
  mark(job, `corsac end ${job.number}`);
  return result;
}

(async () => {
  const name = Math.random().toString(36).slice(2);
  for (;;) {
    try {
      const job = await (await fetch(`${base}/corsac/next?${name}`, { cache: "no-store" })).json();
      if (job.stop) return;
      if (job.wait) continue;
      const result = await run(job);
      await fetch(`${base}/corsac/done`, { method: "POST", body: JSON.stringify({ number: job.number, ...result }) });
    } catch {
      await pause(200);
    }
  }
})();
