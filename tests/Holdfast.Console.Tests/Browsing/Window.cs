using Microsoft.Playwright;

namespace Holdfast.Console.Tests.Browsing;

/// <summary>A window of the browser, and all that it complained about.</summary>
internal sealed class Window : IAsyncDisposable
{
    private readonly IBrowserContext context;

    private Window(IBrowserContext context, IPage page)
    {
        (this.context, Page) = (context, page);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                Complaints.Add($"{message.Type}: {message.Text} ({message.Location})");
            }
        };
        page.PageError += (_, error) => Complaints.Add($"exception: {error}");
        page.Request += (_, request) => Requests.Add(request.Url);
    }

    public IPage Page { get; }

    /// <summary>Errors and warnings of the browser's console, and exceptions.</summary>
    public List<string> Complaints { get; } = [];

    public List<string> Requests { get; } = [];

    public static async Task<Window> OpenAsync(IBrowserContext context, string address)
    {
        context.SetDefaultTimeout(30_000);
        var window = new Window(context, await context.NewPageAsync());
        await window.Page.GotoAsync(address);
        try
        {
            await window.Page.Locator("h1").First.WaitForAsync();
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message} The browser says: {string.Join("; ", window.Complaints)}", e);
        }

        return window;
    }

    public async Task SeesAsync(string selector, string text) => await Assertions.Expect(Page.Locator(selector).First).ToContainTextAsync(text);

    /// <summary>Into docs/images when HOLDFAST_SCREENSHOTS is set: pictures change with every font, so a test does not write them by itself.</summary>
    public async Task KeepAsync(string name)
    {
        if (Environment.GetEnvironmentVariable("HOLDFAST_SCREENSHOTS") is { Length: > 0 } folder)
        {
            await Page.ScreenshotAsync(new() { Path = Path.Combine(folder, name + ".png"), FullPage = true, Animations = ScreenshotAnimations.Disabled });
        }
    }

    /// <summary>Nothing is wider than the window.</summary>
    public async Task FitsAsync() => Assert.Equal(0, await Page.EvaluateAsync<int>("Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)"));

    public ValueTask DisposeAsync() => context.DisposeAsync();
}
