// Pages that are one large form: what is typed is kept until it is sent.
import { keepTyped } from "./keep.js";

for (const form of document.querySelectorAll("form[data-keep]")) keepTyped(form);
