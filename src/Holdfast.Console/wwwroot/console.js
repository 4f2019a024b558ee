// What only a browser can say or keep. Wishes are kept in localStorage, the token in sessionStorage: it is gone with the tab.
const dark = matchMedia('(prefers-color-scheme: dark)');
const narrow = matchMedia('(max-width: 640px)');

function kept(name, good) {
    try {
        const value = localStorage.getItem('holdfast.' + name);
        return good.includes(value) ? value : null;
    } catch { return null; }      // storage may be forbidden
}

export function open(watcher) {
    const changed = () => watcher.invokeMethodAsync('SystemChanged', dark.matches, narrow.matches);
    dark.addEventListener('change', changed);
    narrow.addEventListener('change', changed);
    let token = '';
    try { token = sessionStorage.getItem('holdfast.token') ?? ''; } catch { }
    return [
        kept('theme', ['system', 'light', 'dark']) ?? 'system',
        dark.matches ? 'dark' : 'light',
        kept('language', ['en', 'de']) ?? ((navigator.languages?.[0] ?? navigator.language).toLowerCase().startsWith('de') ? 'de' : 'en'),
        narrow.matches ? 'narrow' : 'wide',
        token,
    ];
}

export function keep(name, value) {
    try { localStorage.setItem('holdfast.' + name, value); } catch { }
}

export function keepToken(token) {
    try {
        if (token) sessionStorage.setItem('holdfast.token', token);
        else sessionStorage.removeItem('holdfast.token');
    } catch { }
}

export function show(theme, language) {
    document.documentElement.dataset.theme = theme;
    document.documentElement.lang = language;
}
