// Composes the pages with PDFKit: node pdfkit.cjs PAGES.json FORM.json OUT.pdf
// PDFKit breaks the descriptions itself. Codes are filled rectangles, which it draws quicker than images.
"use strict";

const fs = require("fs");
const PDFDocument = require("pdfkit");

const [pagesFile, formFile, out] = process.argv.slice(2);
const form = JSON.parse(fs.readFileSync(formFile, "utf8"));
const pages = JSON.parse(fs.readFileSync(pagesFile, "utf8"));
const MM = 72 / 25.4;

const doc = new PDFDocument({ autoFirstPage: false, size: "A4", margin: 0 });
doc.pipe(fs.createWriteStream(out));
doc.registerFont("regular", form.regular);
doc.registerFont("strong", form.strong);

function text(string, x, top, type) {
  doc.text(string, x * MM, (top + form.baseline * type.leading) * MM, { lineBreak: false, baseline: "alphabetic" });
}

function textEndingAt(string, end, top, type) {
  text(string, end - doc.widthOfString(string) / MM, top, type);
}

function lines(strings, x, top, type) {
  doc.font("regular", type.size);
  strings.forEach((string, place) => text(string, x, top + place * type.leading, type));
}

function figures(strings, top) {
  strings.forEach((string, column) => textEndingAt(string, form.column_ends[column], top, form.table_type));
}

function table(items) {
  const type = form.table_type;
  const [first, ...others] = form.table_heads;
  doc.font("strong", type.size);
  text(first, form.table.x, form.table.y, type);
  figures(others, form.table.y);
  doc.font("regular", type.size);
  const wrapped = {
    width: form.description_width * MM,
    lineGap: type.leading * MM - doc.currentLineHeight(),
    baseline: "alphabetic",
  };
  let top = form.table.y + form.head_height;
  for (const item of items) {
    figures([item.quantity_text, item.price_text, item.amount_text], top);
    const baseline = (top + form.baseline * type.leading) * MM;
    doc.text(item.description, form.table.x * MM, baseline, wrapped);
    top += (doc.y - baseline) / MM + form.row_gap;
  }
}

function totals(rows) {
  const { totals: box, total_type: type } = form;
  doc.font("strong", type.size);
  rows.forEach(([label, value], place) => {
    const top = box.y + place * type.leading;
    text(label, box.x, top, type);
    textEndingAt(value, box.x + box.width, top, type);
  });
}

function code(symbol, box) {
  const width = (box.width / symbol.width) * MM;
  const height = (box.height / symbol.height) * MM;
  for (const [column, row, length] of symbol.runs) {
    doc.rect(box.x * MM + column * width, box.y * MM + row * height, length * width, height);
  }
}

function logo() {
  doc.save().translate(form.logo.x * MM, form.logo.y * MM).scale(MM);
  for (const [colour, outline] of form.logo_paths) doc.path(outline).fill(colour);
  doc.restore();
}

for (const page of pages) {
  doc.addPage();
  logo();
  lines(page.address, form.address.x, form.address.y, form.address_type);
  lines(page.fields.map(([label]) => label), form.fields.x, form.fields.y, form.field_type);
  lines(page.fields.map(([, value]) => value), form.field_value_x, form.fields.y, form.field_type);
  doc.font("strong", form.title_type.size);
  text(`Faktura ${page.invoice}`, form.title.x, form.title.y, form.title_type);
  table(page.items);
  totals(page.totals);
  doc.font("strong", form.payment_type.size);
  text(page.payment, form.payment.x, form.payment.y, form.payment_type);
  const { x, y, width } = form.rule;
  doc.lineWidth(form.rule_width_pt).moveTo(x * MM, y * MM).lineTo((x + width) * MM, y * MM).stroke();
  for (const mark of page.marks) doc.rect(...mark.map((mm) => mm * MM));
  code(page.qr, form.qr);
  code(page.bars, form.bars);
  code(page.sheet_code, form.sheet_code);
  doc.fill("black");
}
doc.end();
