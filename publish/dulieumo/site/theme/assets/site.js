// What a page gains with JavaScript: theme button, copy buttons, the filter of a list. Heavier parts load when needed.
const root = document.documentElement.dataset.root;
export const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[đĐ]/g, "d").toLowerCase();
