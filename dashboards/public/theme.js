// Before the first paint: the theme that was chosen, or the system's.
let theme = null;
try {
  theme = localStorage.getItem('wattledger.theme');
} catch {
  // The browser refuses storage: nothing can have been chosen.
}
if (theme !== 'light' && theme !== 'dark')
  theme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
document.documentElement.dataset.theme = theme;
