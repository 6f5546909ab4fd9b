// Asking the server: JSON, its own words where it refuses, and never more than one question of a kind on its way.

export async function ask(path, body) {
  const how = body === undefined ? {} : {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body),
  };
  let answer;
  try {
    answer = await fetch(path, how);
  } catch {
    throw new Error("The page's server does not answer: is it still running?");
  }
  const kind = answer.headers.get("content-type") ?? "";
  const found = kind.includes("json") ? await answer.json() : { detail: await answer.text() };
  if (!answer.ok) throw new Error(found.detail ?? answer.statusText);
  return found;
}

// Of questions that come while one is on its way, only the newest is asked; what it overtook is dropped.
export function newest(work) {
  let running = false, waiting = false;
  return async function poke() {
    if (running) { waiting = true; return; }
    running = true;
    try {
      do {
        waiting = false;
        await work();
      } while (waiting);
    } finally {
      running = false;
    }
  };
}
