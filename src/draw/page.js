"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const { nodes, edges, pipelines } = JSON.parse(byId("data").textContent);
  const picture = byId("picture");
  const details = byId("details");
  const search = byId("search");
  const shapes = new Map();
  for (const shape of picture.querySelectorAll(".n")) {
    shapes.set(Number(shape.dataset.n), shape);
  }
  const lines = new Map();
  for (const line of picture.querySelectorAll(".e")) {
    lines.set(Number(line.dataset.e), line);
  }

  // What each node needs, and what needs it: numbers of edges.
  const needs = nodes.map(() => []);
  const needers = nodes.map(() => []);
  edges.forEach((edge, number) => {
    needs[edge.from].push(number);
    needers[edge.to].push(number);
  });

  // --- The part of the picture that is in sight.
  const whole = { width: Number(picture.dataset.width), height: Number(picture.dataset.height) };
  const view = { x: 0, y: 0, scale: 1 };
  const draw = () => {
    const { width, height } = picture.getBoundingClientRect();
    picture.setAttribute("viewBox", [view.x, view.y, width / view.scale, height / view.scale].join(" "));
    // Titles stay readable from far away, names of services do not: they only cost time then.
    picture.style.setProperty("--near", Math.min(6, Math.max(1, 0.9 / view.scale)).toFixed(2));
    picture.classList.toggle("small", view.scale < 0.5);
    picture.classList.toggle("far", view.scale < 0.22);
  };
  // Below this scale, names are too small for most people.
  const READABLE = 0.64;
  const clamp = (scale) => Math.min(4, Math.max(0.02, scale));
  const fit = () => {
    const { width, height } = picture.getBoundingClientRect();
    view.scale = clamp(Math.min(width / whole.width, height / whole.height, 1.25));
    view.x = (whole.width - width / view.scale) / 2;
    view.y = (whole.height - height / view.scale) / 2;
    draw();
  };
  // What is long and thin, or seen through a small window, begins where it can be read.
  const begin = () => {
    fit();
    const { width, height } = picture.getBoundingClientRect();
    const scale = Math.min(READABLE, Math.max(width / whole.width, height / whole.height));
    if (view.scale < READABLE && scale >= READABLE * 0.8 && scale > view.scale * 1.2) {
      view.scale = scale;
      const middle = (size, room) => Math.min(0, (size - room / scale) / 2);
      [view.x, view.y] = [middle(whole.width, width), middle(whole.height, height)];
      draw();
    }
  };
  const zoom = (factor, at) => {
    const box = picture.getBoundingClientRect();
    const x = at ? at.clientX - box.left : box.width / 2;
    const y = at ? at.clientY - box.top : box.height / 2;
    const scale = clamp(view.scale * factor);
    view.x += x / view.scale - x / scale;
    view.y += y / view.scale - y / scale;
    view.scale = scale;
    draw();
  };
  const isSeen = (shape) => {
    const { left, right, top, bottom } = shape.getBoundingClientRect();
    const room = picture.getBoundingClientRect();
    return left >= room.left && right <= room.right && top >= room.top && bottom <= room.bottom;
  };
  const reveal = (number) => {
    const shape = shapes.get(number);
    if (!shape) {
      return;
    }
    const area = shape.getBBox();
    const place = shape.transform.baseVal.consolidate().matrix;
    const { width, height } = picture.getBoundingClientRect();
    view.scale = Math.max(view.scale, 0.8);
    view.x = place.e + area.width / 2 - width / view.scale / 2;
    view.y = place.f + area.height / 2 - height / view.scale / 2;
    draw();
  };

  // --- What is known of one service.
  const element = (tag, text, name) => {
    const made = document.createElement(tag);
    made.textContent = text ?? "";
    if (name) {
      made.className = name;
    }
    return made;
  };
  const list = (title, items) => {
    if (items.length === 0) {
      return;
    }
    details.append(element("h3", title));
    const list = details.appendChild(element("ul"));
    for (const item of items) {
      list.appendChild(element("li")).append(...item);
    }
  };
  const link = (number) => {
    const node = nodes[number];
    const made = element("a", node.name, node.kind);
    made.tabIndex = 0;
    made.setAttribute("role", "button");
    // The list that it stands in goes away: who came with the keyboard goes on from the new one.
    made.onclick = () => {
      select(number, true);
      byId("close").focus();
    };
    made.onkeydown = (event) => event.key === "Enter" && made.onclick();
    return made;
  };
  const words = (edge, end) => {
    if (edge.kind === "feeds") {
      return end === "to" ? " which it feeds" : " which feeds it";
    }
    return edge.kind === "default" ? " by default" : "";
  };
  const linked = (title, numbers, end, wanted) => {
    const items = numbers
      .map((number) => edges[number])
      .filter((edge) => (edge.kind === "contains") === wanted)
      .sort((a, b) => (a.kind === "default") - (b.kind === "default"))
      .map((edge) => {
        const note = edge.broken ? " not defined" : edge.circle ? " in a circle" : words(edge, end);
        return note ? [link(edge[end]), element("small", note, edge.broken || edge.circle ? "bad" : "")] : [link(edge[end])];
      });
    list(title, items);
  };
  const describe = (number) => {
    const node = nodes[number];
    details.replaceChildren();
    const close = details.appendChild(element("button", "×"));
    close.id = "close";
    close.title = "Close ( Esc )";
    close.setAttribute("aria-label", "Close");
    close.onclick = () => select(null);
    details.append(element("h2", node.name));
    const facts = [node.kind === "external" ? "defined elsewhere" : node.kind];
    if (node.wave !== null && node.kind !== "missing") {
      facts.push(`wave ${node.wave}`);
    }
    if (!node.defined && node.kind !== "missing" && node.kind !== "external") {
      facts.push("not of this set");
    }
    details.append(element("div", facts.join(" · "), "soft"));
    if (node.place) {
      details.append(element("div", node.place, "soft"));
    }
    if (node.kind === "missing") {
      details.append(element("p", "Nobody defines this name.", "bad"));
    } else if (node.circle) {
      details.append(element("p", "It is in a circle, and can never start.", "bad"));
    } else if (node.wave === null && node.defined) {
      details.append(element("p", "It waits for what can never start.", "bad"));
    } else if (node.started === false) {
      details.append(element("p", "The boot does not start it.", "soft"));
    }
    if (node.documentation) {
      details.append(element("p", node.documentation));
    }
    linked("Needs", needs[number], "to", false);
    linked("Needed by", needers[number], "from", false);
    linked("Holds", needs[number], "to", true);
    linked("In", needers[number], "from", true);
    if (node.pipeline !== null) {
      const { members } = pipelines[node.pipeline];
      list("Pipeline", members.map((member) => [link(member)]));
    }
    list("Files", node.files.map((file) => [element("code", file)]));
    details.hidden = false;
  };

  // --- What is chosen, and all that it needs and that needs it.
  const remember = (hash) => {
    try {
      history.replaceState(null, "", hash || "#");
    } catch {
      // A page inside of an editor has no address.
    }
  };
  const reach = (start, ways, end) => {
    const seen = new Set([start]);
    const queue = [start];
    while (queue.length > 0) {
      for (const number of ways[queue.pop()]) {
        lines.get(number)?.classList.add("on");
        const next = edges[number][end];
        if (!seen.has(next)) {
          seen.add(next);
          queue.push(next);
        }
      }
    }
    return seen;
  };
  let chosen = null;
  const select = (number, move) => {
    for (const lit of picture.querySelectorAll(".on,.self")) {
      lit.classList.remove("on", "self");
    }
    picture.classList.toggle("chosen", number !== null);
    if (number === null) {
      // The focus goes back to what was told about.
      if (details.contains(document.activeElement)) {
        document.activeElement.blur();
        shapes.get(chosen)?.focus({ preventScroll: true });
      }
      details.hidden = true;
      remember("");
      draw();
      return;
    }
    for (const near of [...reach(number, needs, "to"), ...reach(number, needers, "from")]) {
      shapes.get(near)?.classList.add("on");
    }
    chosen = number;
    shapes.get(number)?.classList.add("self");
    describe(number);
    remember(`#select=${encodeURIComponent(nodes[number].name)}`);
    draw();
    // The details take room, and may lie on what was chosen.
    const shape = shapes.get(number);
    if (move || (shape && !isSeen(shape))) {
      reveal(number);
    }
  };

  // --- Search.
  let hits = [];
  const find = () => {
    const text = search.value.trim().toLowerCase();
    for (const shape of picture.querySelectorAll(".hit")) {
      shape.classList.remove("hit");
    }
    const fits = (node) =>
      node.name.toLowerCase().includes(text) || (node.documentation ?? "").toLowerCase().includes(text);
    const rank = (number) => {
      const name = nodes[number].name.toLowerCase();
      return name === text ? 0 : name.startsWith(text) ? 1 : name.includes(text) ? 2 : 3;
    };
    hits = text ? [...shapes.keys()].filter((number) => fits(nodes[number])) : [];
    hits.sort((a, b) => rank(a) - rank(b));
    for (const number of hits) {
      shapes.get(number).classList.add("hit");
    }
    byId("found").textContent = text ? `${hits.length} found` : "";
  };
  search.oninput = find;
  search.onkeydown = (event) => {
    if (event.key === "Enter" && hits.length > 0) {
      select(hits[0], true);
      // Once more Enter goes to the next.
      hits.push(hits.shift());
    }
  };

  // --- Mouse, fingers and keys.
  let drag = null;
  const fingers = new Map();
  // Two fingers: what is between them stays between them.
  const pinch = (event, other) => {
    const { x, y } = fingers.get(event.pointerId);
    const [was, is] = [Math.hypot(x - other.x, y - other.y), Math.hypot(event.clientX - other.x, event.clientY - other.y)];
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (was > 0 && is > 0) {
      zoom(is / was, { clientX: (event.clientX + other.x) / 2, clientY: (event.clientY + other.y) / 2 });
    }
  };
  picture.onpointerdown = (event) => {
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (fingers.size > 1) {
      drag = null;
      return;
    }
    drag = { x: event.clientX, y: event.clientY, moved: false, id: event.pointerId };
  };
  picture.onpointermove = (event) => {
    const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
    if (other && fingers.has(event.pointerId)) {
      pinch(event, other);
      return;
    }
    if (!drag || event.pointerId !== drag.id) {
      return;
    }
    const [x, y] = [event.clientX - drag.x, event.clientY - drag.y];
    if (!drag.moved && Math.hypot(x, y) < 4) {
      return;
    }
    if (!drag.moved) {
      drag.moved = true;
      picture.setPointerCapture(event.pointerId);
      picture.classList.add("drag");
    }
    view.x -= x / view.scale;
    view.y -= y / view.scale;
    [drag.x, drag.y] = [event.clientX, event.clientY];
    draw();
  };
  let dragged = false;
  picture.onpointerleave = (event) => fingers.delete(event.pointerId);
  picture.onpointerup = picture.onpointercancel = (event) => {
    fingers.delete(event.pointerId);
    dragged = drag?.moved ?? false;
    drag = null;
    picture.classList.remove("drag");
  };
  picture.onclick = (event) => {
    if (dragged) {
      dragged = false;
      return;
    }
    const shape = event.target.closest(".n");
    select(shape ? Number(shape.dataset.n) : null);
  };
  picture.onwheel = (event) => {
    event.preventDefault();
    zoom(Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.0015)), event);
  };
  byId("in").onclick = () => zoom(1.4);
  byId("out").onclick = () => zoom(1 / 1.4);
  byId("fit").onclick = fit;
  for (const [number, shape] of shapes) {
    shape.setAttribute("tabindex", "0");
    shape.setAttribute("role", "button");
    shape.setAttribute("aria-label", nodes[number].name);
    shape.onkeydown = (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        select(number);
      }
    };
    // Who goes from one to the next with the keyboard sees where that is.
    shape.onfocus = () => {
      if (shape.matches(":focus-visible") && !isSeen(shape)) {
        reveal(number);
      }
    };
  }
  const pan = (x, y) => () => {
    view.x += x / view.scale;
    view.y += y / view.scale;
    draw();
  };
  const WAYS = {
    ArrowLeft: pan(-80, 0),
    ArrowRight: pan(80, 0),
    ArrowUp: pan(0, -80),
    ArrowDown: pan(0, 80),
    "+": () => zoom(1.4),
    "-": () => zoom(1 / 1.4),
    0: fit,
  };
  document.onkeydown = (event) => {
    const inside = document.activeElement === search || details.contains(document.activeElement);
    if (event.key === "/" && document.activeElement !== search) {
      event.preventDefault();
      search.focus();
    } else if (WAYS[event.key] && !inside && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      WAYS[event.key]();
    } else if (event.key === "Escape") {
      search.value = "";
      find();
      select(null);
    }
  };
  window.onresize = draw;

  // --- What the address asks for.
  const obey = () => {
    const [, what, text] = /^#(select|search)=(.*)$/.exec(location.hash) ?? [];
    if (!what) {
      return;
    }
    const wanted = decodeURIComponent(text);
    if (what === "search") {
      search.value = wanted;
      find();
      return;
    }
    const number = nodes.findIndex((node) => node.name === wanted);
    if (number >= 0) {
      select(number, view.scale < 0.6);
    }
  };
  begin();
  obey();
  window.onhashchange = obey;
})();
