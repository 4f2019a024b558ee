using Microsoft.JSInterop;

namespace Holdfast.Console.Layout;

/// <summary>What the browser knows and keeps: wishes for as long as it likes, the token until the tab is closed.</summary>
public sealed class Browser(IJSRuntime script) : IAsyncDisposable
{
    private IJSObjectReference? module;
    private DotNetObjectReference<Browser>? self;
    private bool systemDark;

    /// <summary>"system", "light" or "dark".</summary>
    public string Theme { get; private set; } = "system";

    public bool Dark => Theme == "dark" || (Theme == "system" && systemDark);

    /// <summary>"en" or "de".</summary>
    public string Language { get; private set; } = "en";

    /// <summary>The page is narrower than 640 px.</summary>
    public bool Narrow { get; private set; }

    public string? Token { get; private set; }

    public event Action? Changed;

    public async Task OpenAsync()
    {
        module = await script.InvokeAsync<IJSObjectReference>("import", "./console.js");
        self = DotNetObjectReference.Create(this);
        var known = await module.InvokeAsync<string[]>("open", self);
        (Theme, systemDark, Language, Narrow, Token) = (known[0], known[1] == "dark", known[2], known[3] == "narrow", known[4] is { Length: > 0 } token ? token : null);
        await ShowAsync();
    }

    public async Task KeepThemeAsync(string theme)
    {
        Theme = theme;
        await module!.InvokeVoidAsync("keep", "theme", theme);
        await ShowAsync();
        Changed?.Invoke();
    }

    public async Task KeepLanguageAsync(string language)
    {
        Language = language;
        await module!.InvokeVoidAsync("keep", "language", language);
        await ShowAsync();
    }

    public async Task KeepTokenAsync(string? token)
    {
        Token = token;
        await module!.InvokeVoidAsync("keepToken", token ?? "");
    }

    [JSInvokable]
    public async Task SystemChanged(bool dark, bool narrow)
    {
        (systemDark, Narrow) = (dark, narrow);
        await ShowAsync();
        Changed?.Invoke();
    }

    public async ValueTask DisposeAsync()
    {
        self?.Dispose();
        if (module is not null)
        {
            await module.DisposeAsync();
        }
    }

    private ValueTask ShowAsync() => module!.InvokeVoidAsync("show", Dark ? "dark" : "light", Language);
}
