'use strict';
// Draws each recording's timeline from the bytes in its lanes: six for each bin of time, 250 being all, in this order.
const names = ['angry', 'fear', 'happy', 'neutral', 'sad', 'surprise'];
const tip = document.getElementById('tip');

function clock(seconds, digits) {
  const shown = seconds.toFixed(digits), minutes = Math.floor(shown / 60);
  const two = number => String(number).padStart(2, '0');
  const rest = (shown - 60 * minutes).toFixed(digits).padStart(digits ? 3 + digits : 2, '0');
  return minutes < 60 ? `${minutes}:${rest}` : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${rest}`;
}

class Lane {
  constructor(canvas, binWidth) {
    this.canvas = canvas;
    this.face = canvas.dataset.face;
    this.first = +canvas.dataset.first;
    this.binWidth = binWidth;
    this.bytes = Uint8Array.from(atob(canvas.dataset.bins), letter => letter.charCodeAt(0));
  }

  // The six shares in one bin; null where the face wasn't there.
  bin(index) {
    const start = 6 * (index - this.first);
    if (start < 0 || start >= this.bytes.length) return null;
    const shares = this.bytes.subarray(start, start + 6);
    const sum = shares.reduce((sum, share) => sum + share, 0);
    return sum ? Array.from(shares, share => share / sum) : null;
  }

  // Between two times: the mean of the bins there, or a place on the way from one bin to the next.
  shares(from, to) {
    const first = Math.floor(from / this.binWidth), last = Math.ceil(to / this.binWidth) - 1;
    if (last - first < 2) {
      const place = (from + to) / 2 / this.binWidth - 0.5, before = Math.floor(place), part = place - before;
      const [one, other] = [this.bin(before), this.bin(before + 1)];
      if (!one || !other) return part < 0.5 ? one : other;
      return one.map((share, index) => share + part * (other[index] - share));
    }
    const total = Array(6).fill(0);
    let count = 0;
    for (let index = first; index <= last; index++) {
      const shares = this.bin(index);
      if (!shares) continue;
      shares.forEach((share, index) => total[index] += share);
      count++;
    }
    return count ? total.map(sum => sum / count) : null;
  }

  draw([start, end], colours) {
    const ratio = devicePixelRatio || 1, context = this.canvas.getContext('2d');
    const [width, height] = [this.canvas.clientWidth, this.canvas.clientHeight].map(side => Math.round(side * ratio));
    [this.canvas.width, this.canvas.height] = [width, height];
    for (let x = 0; x < width; x++) {
      const shares = this.shares(start + x / width * (end - start), start + (x + 1) / width * (end - start));
      if (!shares) continue;
      let y = height;
      shares.forEach((share, index) => {
        context.fillStyle = colours[index];
        const top = y - share * height;
        context.fillRect(x, Math.round(top), 1, Math.round(y) - Math.round(top));
        y = top;
      });
    }
  }
}

class Timeline {
  constructor(box) {
    this.box = box;
    this.end = +box.dataset.end;
    this.all = [0, this.end];
    this.view = this.all;
    this.lanes = Array.from(box.querySelectorAll('canvas'), canvas => new Lane(canvas, +box.dataset.bin));
    this.axis = box.querySelector('.axis');
    this.cursor = this.mark('cursor');
    this.range = this.mark('range');
    for (const lane of this.lanes) this.watch(lane);
    for (const button of box.querySelectorAll('[data-zoom]'))
      button.onclick = () => button.dataset.zoom === 'all' ? this.show(this.all) : this.zoom(+button.dataset.zoom);
    for (const moment of box.parentNode.querySelectorAll('[data-time]'))
      moment.onclick = () => this.goTo(+moment.dataset.time);
    box.onkeydown = event => this.press(event);
    this.draw();
  }

  mark(name) {
    const mark = this.box.appendChild(document.createElement('div'));
    mark.className = name;
    mark.hidden = true;
    return mark;
  }

  // Shows the time from one to the other, as far as there is such, and no less than ten bins of it.
  show([start, end]) {
    const length = Math.min(Math.max(end - start, 10 * this.lanes[0].binWidth), this.end);
    start = Math.min(Math.max(start, 0), this.end - length);
    this.view = [start, start + length];
    this.cursor.hidden = true;
    this.draw();
  }

  zoom(factor, around = (this.view[0] + this.view[1]) / 2) {
    this.show(this.view.map(time => around + (time - around) * factor));
  }

  goTo(time) {
    const half = Math.min((this.view[1] - this.view[0]) / 2, 5);
    this.show([time - half, time + half]);
    this.place(this.cursor, time);
    this.box.scrollIntoView({ block: 'nearest', behavior: 'smooth' });
  }

  press(event) {
    const [start, end] = this.view, step = (end - start) / 5;
    const shift = { ArrowLeft: -step, ArrowRight: step }[event.key];
    const factor = { '+': 0.5, '-': 2 }[event.key];
    if (shift) this.show([start + shift, end + shift]);
    else if (factor) this.zoom(factor);
    else if (event.key === '0') this.show(this.all);
    else return;
    event.preventDefault();
  }

  // Where a time lies, in pixels from the box's left side, and which time lies there.
  x(time) {
    const canvas = this.lanes[0].canvas;
    return canvas.offsetLeft + (time - this.view[0]) / (this.view[1] - this.view[0]) * canvas.clientWidth;
  }
  time(event) {
    const area = this.lanes[0].canvas.getBoundingClientRect();
    const part = Math.min(Math.max((event.clientX - area.left) / area.width, 0), 1);
    return this.view[0] + part * (this.view[1] - this.view[0]);
  }

  place(mark, from, to = from) {
    mark.hidden = false;
    mark.style.left = this.x(Math.min(from, to)) + 'px';
    mark.style.width = Math.abs(this.x(to) - this.x(from)) + 'px';
  }

  watch(lane) {
    const canvas = lane.canvas;
    canvas.onpointerdown = event => {
      this.grip = this.time(event);
      canvas.setPointerCapture(event.pointerId);
    };
    canvas.onpointermove = event => {
      const time = this.time(event);
      this.place(this.cursor, time);
      if (this.grip !== undefined) this.place(this.range, this.grip, time);
      this.tell(lane, time, event);
    };
    canvas.onpointerup = canvas.onpointercancel = event => {
      const [from, to] = [this.grip, this.time(event)].sort((one, other) => one - other);
      this.grip = undefined;
      this.range.hidden = true;
      if (event.type === 'pointerup' && Math.abs(this.x(to) - this.x(from)) > 5) this.show([from, to]);
    };
    canvas.onpointerleave = () => tip.hidden = this.cursor.hidden = true;
    canvas.ondblclick = () => this.show(this.all);
    canvas.addEventListener('wheel', event => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      this.zoom(event.deltaY > 0 ? 1.25 : 0.8, this.time(event));
    }, { passive: false });
  }

  // What a face shows at a time, beside the pointer.
  tell(lane, time, event) {
    const shares = lane.shares(time, time);
    const most = shares && shares.indexOf(Math.max(...shares));
    tip.innerHTML = `<b>face ${lane.face} at ${clock(time, 2)}</b>` + (shares ? shares.map((share, index) =>
      `<div${index === most ? ' class="most"' : ''}><span><i class="${names[index]}"></i>${names[index]}</span>` +
      `<span>${Math.round(100 * share)} %</span></div>`).join('') : 'not there');
    tip.hidden = false;
    const left = event.clientX + 16;
    tip.style.left = (left + tip.offsetWidth < innerWidth ? left : event.clientX - 16 - tip.offsetWidth) + 'px';
    tip.style.top = Math.min(event.clientY + 16, innerHeight - tip.offsetHeight - 8) + 'px';
  }

  draw() {
    const style = getComputedStyle(document.documentElement);
    const colours = names.map(name => style.getPropertyValue('--' + name));
    for (const lane of this.lanes) lane.draw(this.view, colours);
    this.drawAxis();
  }

  drawAxis() {
    const [start, end] = this.view, least = (end - start) / Math.max(this.axis.clientWidth / 90, 1);
    const steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400];
    const step = steps.find(step => step >= least) || 28800;
    this.axis.replaceChildren();
    for (let index = Math.ceil(start / step); index * step <= end; index++) {
      const tick = this.axis.appendChild(document.createElement('span'));
      tick.textContent = clock(index * step, step < 1 ? 1 : 0);
      const place = (index * step - start) / (end - start);
      tick.style.left = 100 * place + '%';
      tick.className = place < 0.02 ? 'first' : place > 0.97 ? 'last' : '';
    }
  }
}

const timelines = Array.from(document.querySelectorAll('.timeline'), box => new Timeline(box));
const redraw = () => timelines.forEach(timeline => timeline.draw());
addEventListener('resize', redraw);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
