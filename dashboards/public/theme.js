try {
  var theme = localStorage.getItem('wattledger.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch (_) {
  /* storage is refused: the system's theme it is */
}
