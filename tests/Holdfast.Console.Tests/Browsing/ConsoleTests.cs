using Holdfast.Api;
using Holdfast.Console.Cluster;
using Microsoft.Playwright;

namespace Holdfast.Console.Tests.Browsing;

/// <summary>The built console in Chromium, served by the agents' own code.</summary>
[Collection(BrowserCollection.Name)]
public sealed class ConsoleTests(BrowserFixture browser)
{
    [Fact]
    public async Task The_main_pages_show_what_the_agents_say_and_the_browser_complains_of_nothing()
    {
        var cluster = new FakeCluster();
        cluster.Alarms.Add("h2 has no fence device that has answered.");
        await using var agent = await FakeAgent.StartAsync(cluster);
        await using var window = await browser.OpenAsync(agent.Address);
        Assert.EndsWith("/console/", window.Page.Url, StringComparison.Ordinal);
        await window.SeesAsync("[data-testid=wrong]", "h2 has no fence device that has answered.");
        await window.SeesAsync("[data-testid=age]", "live, seen by h1");
        await window.SeesAsync(".tiles", "3 / 3");
        await window.Page.Locator("[data-key='cable:h3:guest'].fine").WaitForAsync();
        await window.KeepAsync("console-overview");

        await GoAsync(window, "Machines");
        await window.SeesAsync("[data-testid=machines]", "batch");
        await window.Page.GetByLabel("Filter by name").FillAsync("wik");
        await Assertions.Expect(window.Page.Locator("[data-testid=machines] tbody tr")).ToHaveCountAsync(1);
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "wiki" }).ClickAsync();
        await window.SeesAsync("main", "It runs again after 12.9 s at the latest.");
        await window.SeesAsync("main", "wiki is wanted running and is running.");
        await window.KeepAsync("page-machine");

        await GoAsync(window, "Hosts");
        await window.Page.Locator(".cards a", new() { HasText = "h2" }).ClickAsync();
        await window.SeesAsync("main", "h2 renews its slot on shared.");
        await window.KeepAsync("page-host");
        await GoAsync(window, "Datastores");
        await window.SeesAsync("main", "It holds the disks of 5 machines.");
        await window.Page.GetByText("What if it were lost?").ClickAsync();
        await window.SeesAsync("[data-testid=whatif]", "When datastore:shared has failed");
        await window.KeepAsync("page-whatif");
        await GoAsync(window, "Topology");
        await Assertions.Expect(window.Page.Locator("[data-testid=topology] [data-id='switch:sw-cluster'].declared")).ToHaveCountAsync(1);
        await Assertions.Expect(window.Page.Locator("[data-testid=topology] [data-id='host:h2'].seen")).ToHaveCountAsync(1);
        await window.KeepAsync("page-topology");
        await GoAsync(window, "Events");
        await window.SeesAsync("[data-testid=events] li", "wiki moved from h1 to h3");
        await GoAsync(window, "Balancing");
        await window.SeesAsync("main", "mail moves from h2 to h3");
        Assert.Empty(window.Complaints);
        Assert.All(window.Requests, r => Assert.StartsWith(agent.Address, r, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_cable_that_is_cut_is_red_and_named_with_the_next_answers_and_well_again_when_it_is_healed()
    {
        var cluster = new FakeCluster();
        await using var agent = await FakeAgent.StartAsync(cluster);
        await using var window = await browser.OpenAsync(agent.Address + "/console/map");
        var cable = window.Page.Locator("[data-key='cable:h2:storage']");
        await Assertions.Expect(cable).ToHaveClassAsync(new System.Text.RegularExpressions.Regex(@"\bfine\b"));

        // Answers, not seconds: how soon a cable is red in a cluster that is left alone is the lab's to say. One answer may be under way, one is drawn.
        Assert.Equal(TimeSpan.FromSeconds(1), ClusterWatch.Period);
        var before = agent.NetworkAnswers;
        cluster.Cut("h2", "storage");
        await Assertions.Expect(cable).ToHaveClassAsync(new System.Text.RegularExpressions.Regex(@"\bbroken\b"));
        await window.SeesAsync("[data-testid=culprits]", "h2's storage cable");
        Assert.InRange(agent.NetworkAnswers - before, 1, 3);

        // Not by colour alone: the line is dashed, has a cross and a word, and says it to a screen reader and in the table.
        Assert.NotEqual("none", await cable.Locator(".way").First.EvaluateAsync<string>("line => getComputedStyle(line).strokeDasharray"));
        await Assertions.Expect(cable.Locator(".badge.broken")).ToHaveCountAsync(1);
        await window.SeesAsync("[data-key='cable:h2:storage'] .cable-word", "no carrier");
        Assert.Contains("no carrier: the cable is pulled or broken", await cable.GetAttributeAsync("aria-label"), StringComparison.Ordinal);
        await window.SeesAsync(".map-table tr:has-text('storage')", "no carrier");
        await window.KeepAsync("console-map");

        cluster.Heal();
        await Assertions.Expect(cable).ToHaveClassAsync(new System.Text.RegularExpressions.Regex(@"\bfine\b"));
        Assert.Empty(window.Complaints);
    }

    [Fact]
    public async Task On_a_phone_in_the_dark_and_in_German_every_page_fits_and_follows_the_system()
    {
        var cluster = new FakeCluster().Cut("h2", "storage");
        await using var agent = await FakeAgent.StartAsync(cluster);
        await using var window = await browser.OpenAsync(agent.Address, new() { ViewportSize = new() { Width = 320, Height = 640 }, ColorScheme = ColorScheme.Dark, Locale = "de-DE" });
        await window.SeesAsync("h1", "Übersicht");
        Assert.Equal("dark", await window.Page.Locator("html").GetAttributeAsync("data-theme"));
        Assert.Equal("de", await window.Page.Locator("html").GetAttributeAsync("lang"));
        await window.Page.Locator("[data-key='cable:h2:storage'].broken").WaitForAsync();
        await window.SeesAsync("[data-testid=wrong]", "h2's storage cable");
        await window.FitsAsync();
        await window.KeepAsync("console-phone");
        foreach (var page in (string[])["Netzplan", "Maschinen", "Hosts", "Datenspeicher", "Ereignisse", "Lastausgleich", "Was wäre wenn"])
        {
            await window.Page.GetByLabel("Menü").First.ClickAsync();
            await GoAsync(window, page);
            await window.FitsAsync();
        }

        // What the system wishes may change, and a reader may wish otherwise for as long as they like.
        await window.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        await Assertions.Expect(window.Page.Locator("html")).ToHaveAttributeAsync("data-theme", "light");
        await window.Page.GetByTestId("language").ClickAsync();
        await window.SeesAsync("h1", "What if");
        await window.Page.ReloadAsync();
        await window.SeesAsync("h1", "What if");
        Assert.Empty(window.Complaints);
    }

    [Fact]
    public async Task Without_a_mouse_a_reader_comes_to_a_broken_line_and_hears_what_it_is()
    {
        await using var agent = await FakeAgent.StartAsync(new FakeCluster().Cut("h3", "guest"));
        await using var window = await browser.OpenAsync(agent.Address + "/console/map");
        await window.Page.Locator("[data-key='cable:h3:guest'].broken").WaitForAsync();
        await window.Page.Keyboard.PressAsync("Tab");
        for (var presses = 0; await FocusedAsync(window, "data-key") != "cable:h3:guest"; presses++)
        {
            Assert.True(presses < 60, "60 presses of Tab do not come to the line");
            Assert.NotEqual("body", await window.Page.EvaluateAsync<string>("document.activeElement.tagName.toLowerCase()"));
            await window.Page.Keyboard.PressAsync("Tab");
        }

        await window.Page.Keyboard.PressAsync("Enter");
        await window.SeesAsync("[data-testid=chosen]", "h3, link to guest: no carrier");
        Assert.Empty(window.Complaints);
    }

    [Fact]
    public async Task An_agent_that_hangs_is_left_for_another_and_when_none_answers_the_page_says_how_old_it_is()
    {
        var cluster = new FakeCluster();
        var (first, second) = (FakeAgent.FreeAddress(), FakeAgent.FreeAddress());
        await using var one = await FakeAgent.StartAsync(cluster, "h1", address: first, others: second);
        await using var two = await FakeAgent.StartAsync(cluster, "h2", address: second, others: first);
        await using var window = await browser.OpenAsync(one.Address);
        await window.SeesAsync("[data-testid=age]", "seen by h1");
        one.Hangs = true;
        await window.SeesAsync("[data-testid=age]", "live, seen by h2");
        await window.SeesAsync("[data-testid=elsewhere]", "does not answer; another one is asked");
        two.Hangs = true;
        cluster.Quorum = false;
        await window.SeesAsync("[data-testid=age].old", "s ago by h2");
        await window.SeesAsync("[data-testid=no-answer]", "No agent answers");
        two.Hangs = false;
        await window.SeesAsync("[data-testid=age]", "live, seen by h2, who has no quorum");
    }

    [Fact]
    public async Task A_token_is_asked_for_kept_in_the_tab_and_a_refusal_is_shown_as_the_agent_says_it()
    {
        var cluster = new FakeCluster();
        await using var agent = await FakeAgent.StartAsync(cluster);
        agent.Token = "hf-viewer";
        await using var window = await browser.OpenAsync(agent.Address);
        await window.SeesAsync("[data-testid=refusal]", "This request needs a token; make one with 'holdfast token create'.");
        await window.Page.Locator("[data-testid=refusal] a").ClickAsync();
        await window.Page.GetByTestId("token").FillAsync("hf-wrong");
        await window.Page.Keyboard.PressAsync("Enter");
        await window.SeesAsync("[data-testid=access-state]", "This request needs a token");
        await window.Page.GetByTestId("token").FillAsync("hf-viewer");
        await window.Page.Keyboard.PressAsync("Enter");
        await window.SeesAsync("[data-testid=access-state]", "The agent takes it.");
        await window.Page.ReloadAsync();
        await GoAsync(window, "Machines");
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "web" }).ClickAsync();

        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Stop" }).ClickAsync();
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Stop" }).ClickAsync();
        await window.SeesAsync("[data-testid=task]", "Your token is a viewer's: it cannot stop web.");
        Assert.Equal(["POST /v1/vms/web/stop"], agent.Orders);
    }

    [Fact]
    public async Task A_migration_is_ordered_followed_and_ends_with_what_it_cost()
    {
        var cluster = new FakeCluster { Task = new TaskReport { Id = "t1", Kind = "migrate", Machine = "web", State = TaskState.Running, Progress = new(300, 724, 1024, 210, 4.2, 1, 3.4, 0) } };
        await using var agent = await FakeAgent.StartAsync(cluster);
        await using var window = await browser.OpenAsync(agent.Address + "/console/machines/web");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Migrate" }).ClickAsync();
        await window.Page.GetByLabel("To host").SelectOptionAsync("h3");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Migrate" }).ClickAsync();
        await window.SeesAsync("[data-testid=task]", "300 MiB sent, 724 MiB left");
        cluster.Task = cluster.Task with { State = TaskState.Done, Result = new() { Host = "h3", Migration = new() { From = "h2", To = "h3", TotalMs = 4210, PauseMs = 31 } } };
        await window.SeesAsync("[data-testid=task]", "h2 → h3 in 4210 ms, pause 31 ms");
        Assert.Equal(["POST /v1/vms/web/migrate"], agent.Orders);
        Assert.Empty(window.Complaints);
    }

    private static async Task GoAsync(Window window, string page)
    {
        await window.Page.Locator(".side-link", new() { HasText = page }).ClickAsync();
        await window.SeesAsync("h1", page);
        await window.KeepAsync($"page-{page.ToLowerInvariant().Replace(' ', '-')}");
    }

    private static Task<string?> FocusedAsync(Window window, string attribute) => window.Page.EvaluateAsync<string?>($"document.activeElement.getAttribute('{attribute}')");
}
