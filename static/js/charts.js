// Draws the course of clicks from the JSON beside it, and follows that JSON when it is replaced.
"use strict";

const token = (name) => {
  // A probe turns light-dark() and variables into the colour in force.
  const probe = document.createElement("span");
  probe.hidden = true;
  document.body.append(probe);
  probe.style.color = `var(${name})`;
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
};

const charts = new Map();

const read = (canvas) => JSON.parse(document.getElementById(canvas.dataset.source).textContent);

const lines = (data) => data.lines.map((line, index) => ({
  label: line.name, data: line.clicks, borderColor: token(`--series-${index + 1}`),
  borderWidth: 2, fill: false, cubicInterpolationMode: "monotone", pointRadius: line.clicks.length < 2 ? 3 : 0, pointHitRadius: 12,
}));

const course = (data) => [
  {
    label: data.words.clicks, data: data.clicks, borderColor: token("--series-1"), backgroundColor: token("--series-1-fill"),
    borderWidth: 2, fill: true, cubicInterpolationMode: "monotone", pointRadius: data.clicks.length < 2 ? 3 : 0, pointHitRadius: 12,
  },
  {
    label: data.words.previous, data: data.previous, borderColor: token("--series-quiet"),
    borderWidth: 1, borderDash: [4, 4], fill: false, cubicInterpolationMode: "monotone", pointRadius: 0, pointHitRadius: 12,
  },
];

const datasets = (data) => (data.lines ? lines(data) : course(data));

const scales = () => {
  const ticks = { color: token("--ink-quiet"), maxRotation: 0, autoSkipPadding: 16 };
  return {
    x: { grid: { display: false }, ticks },
    y: { beginAtZero: true, suggestedMax: 4, grid: { color: token("--line-soft") }, border: { display: false }, ticks: { ...ticks, precision: 0, maxTicksLimit: 5 } },
  };
};

const draw = (canvas) => {
  const source = document.getElementById(canvas.dataset.source);
  if (!source) return;
  const known = charts.get(canvas);
  if (known && known.text === source.textContent) return;
  const data = read(canvas);
  if (known) {
    known.text = source.textContent;
    known.chart.data.labels = data.labels;
    known.chart.data.datasets[0].data = data.clicks;
    known.chart.data.datasets[1].data = data.previous;
    known.chart.update("none");
    return;
  }
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  const chart = new Chart(canvas, {
    type: "line",
    data: { labels: data.labels, datasets: datasets(data) },
    options: {
      responsive: true, maintainAspectRatio: false, animation: still ? false : { duration: 150 },
      interaction: { mode: "index", intersect: false },
      plugins: { legend: { display: false } },
      scales: scales(),
    },
  });
  charts.set(canvas, { chart, text: source.textContent });
};

const forgetGone = () => {
  for (const [canvas, { chart }] of charts) {
    if (canvas.isConnected) continue;
    chart.destroy();
    charts.delete(canvas);
  }
};

const drawAll = () => {
  forgetGone();
  document.querySelectorAll("canvas[data-source]").forEach(draw);
};

const recolour = () => {
  for (const [canvas, { chart }] of charts) {
    const fresh = datasets(read(canvas));
    chart.data.datasets.forEach((dataset, index) => Object.assign(dataset, fresh[index]));
    chart.options.scales = scales();
    chart.update("none");
  }
};

document.addEventListener("themechange", recolour);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour);
document.addEventListener("htmx:afterSwap", drawAll);
drawAll();
