using Holdfast.Console;
using Holdfast.Console.Cluster;
using Holdfast.Console.Language;
using Holdfast.Console.Layout;
using Microsoft.AspNetCore.Components.WebAssembly.Hosting;
using MudBlazor.Services;

var builder = WebAssemblyHostBuilder.CreateDefault(args);
builder.RootComponents.Add<App>("#app");
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddMudServices();
builder.Services.AddSingleton<Browser>();
builder.Services.AddSingleton<Say>();
builder.Services.AddSingleton<Access>();
builder.Services.AddSingleton<ClusterWatch>();
builder.Services.AddSingleton(services => new Agents(new Uri(new Uri(builder.HostEnvironment.BaseAddress), "/"), services.GetRequiredService<Access>(), () => new HttpClientHandler()));
var host = builder.Build();

// What the browser knows is asked for once, before the first page is drawn: no page changes its language or its colours while it is read.
var browser = host.Services.GetRequiredService<Browser>();
await browser.OpenAsync();
host.Services.GetRequiredService<Access>().Token = browser.Token;
host.Services.GetRequiredService<Say>().Speak(browser.Language);
await host.Services.GetRequiredService<Agents>().FindOthersAsync();
await host.RunAsync();
