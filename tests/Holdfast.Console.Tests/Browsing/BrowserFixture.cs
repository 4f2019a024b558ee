using Microsoft.Playwright;

namespace Holdfast.Console.Tests.Browsing;

/// <summary>One Chromium for all tests that look at pages; each test has a window of its own.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    private IPlaywright? playwright;
    private IBrowser? browser;

    public async ValueTask InitializeAsync()
    {
        // Far above what a page needs: a machine that builds beside these tests must not make them fail.
        Assertions.SetDefaultExpectTimeout(30_000);
        playwright = await Playwright.CreateAsync();
        var program = new[] { "/usr/bin/chromium", "/usr/bin/chromium-browser" }.FirstOrDefault(File.Exists) ?? throw new InvalidOperationException("There is no Chromium; eng/prepare installs it.");
        browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = program, Args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] });
    }

    internal async Task<Window> OpenAsync(string address, BrowserNewContextOptions? options = null) => await Window.OpenAsync(await browser!.NewContextAsync(options ?? new() { ViewportSize = new() { Width = 1280, Height = 900 } }), address);

    public async ValueTask DisposeAsync()
    {
        await (browser?.DisposeAsync() ?? ValueTask.CompletedTask);
        playwright?.Dispose();
    }
}

[CollectionDefinition(Name)]
public sealed class BrowserCollection : ICollectionFixture<BrowserFixture>
{
    public const string Name = "browser";
}
