// The one connection to the server: news comes in, requests go out, and it comes back by itself.

export class Live {
  #socket = null;
  #waiting = new Map();
  #next = 1;
  #wait = 300;

  constructor({ onNews, onState }) {
    this.onNews = onNews;
    this.onState = onState;
    this.connect();
  }

  connect() {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    this.#socket = new WebSocket(`${scheme}//${location.host}/live`);
    this.#socket.onopen = () => { this.#wait = 300; this.onState(true); };
    this.#socket.onmessage = ({ data }) => this.#receive(JSON.parse(data));
    this.#socket.onclose = () => this.#lost();
  }

  // Asks the server to do something. Resolves with its result, rejects with a reason for people.
  ask(what, details = {}) {
    return new Promise((resolve, reject) => {
      if (this.#socket.readyState !== WebSocket.OPEN) {
        reject(new Error("The demo is not running right now."));
        return;
      }
      const ref = this.#next++;
      this.#waiting.set(ref, { resolve, reject });
      this.#socket.send(JSON.stringify({ do: what, ref, ...details }));
    });
  }

  #receive(news) {
    const waiting = this.#waiting.get(news.ref);
    if (!waiting) {
      this.onNews(news);
      return;
    }
    this.#waiting.delete(news.ref);
    if (news.event === "done") waiting.resolve(news.result);
    else waiting.reject(new Error(news.reason));
  }

  #lost() {
    for (const { reject } of this.#waiting.values()) reject(new Error("The demo went away."));
    this.#waiting.clear();
    this.onState(false);
    setTimeout(() => this.connect(), this.#wait);
    this.#wait = Math.min(this.#wait * 1.700, 5000);
  }
}
