using System.CommandLine;
using System.Globalization;
using Holdfast.Cli.Parsing;
using Holdfast.Cli.Rendering;
using Holdfast.Simulation.Exploration;

namespace Holdfast.Cli.Commands.Explore;

/// <summary>Searches every interleaving of the real decision code; needs no cluster.</summary>
internal sealed class ExploreCommand : Command
{
    private readonly Context context;
    private readonly Argument<string?> model = new("model")
    {
        Description = $"What to explore: {string.Join(" or ", Exploration.All.Keys)}; all of them when left out.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> flaw = new("--flaw") { Description = "Leave out this rule; the search must find what it is for. 'all': each of them in turn.", HelpName = "NAME" };
    private readonly Option<string?> search = new("--search") { Description = "Only this search.", HelpName = "NAME" };
    private readonly Option<int> depth = Inputs.NumberOption("--depth", 0, 0, 10_000, "Moves to follow; 0: as deep as the search is made for.");
    private readonly Option<int> time = Inputs.NumberOption("--for", 60, 1, 1_000_000, "Seconds to spend on each search at most.");

    public ExploreCommand(Context context)
        : base("explore", "Search every interleaving of the lease register and of a move's hand-over, with crashes and lost, torn and late I/O.")
    {
        this.context = context;
        Add(model);
        Add(flaw);
        Add(search);
        Add(depth);
        Add(time);
        SetAction((parse, cancel) => Task.Run(() => Run(parse, cancel), CancellationToken.None));
    }

    private int Run(ParseResult parse, CancellationToken cancel)
    {
        var reports = new List<ExploredModel>();
        foreach (var (name, exploration) in Chosen(parse))
        {
            reports.Add(Explore(parse, name, exploration, cancel));
            if (!context.Json(parse))
            {
                Show(reports[^1]);
            }
        }

        if (context.Json(parse))
        {
            context.Write(new ExploreReport([.. reports]), ExploreJson.Default.ExploreReport);
        }

        return reports.All(r => r.MustFind == r.Violation is not null) ? ExitCode.Done : ExitCode.Failed;
    }

    private List<(string Model, Exploration Exploration)> Chosen(ParseResult parse)
    {
        var models = parse.GetValue(model) is { } one
            ? Exploration.All.ContainsKey(one) ? [one] : throw new UsageException($"'{one}' cannot be explored; choose {string.Join(" or ", Exploration.All.Keys)}.")
            : Exploration.All.Keys.ToArray();
        var all = models.SelectMany(m => Exploration.All[m].Select(e => (m, e))).ToList();
        var (flawed, named) = (parse.GetValue(flaw), parse.GetValue(search));
        var chosen = flawed == "all" ? all.Where(x => x.e.Finds)
            : flawed is not null ? all.Where(x => x.e.Finds && x.e.Name == flawed)
            : all.Where(x => !x.e.Finds && (named is null || x.e.Name == named));
        return chosen.ToList() is [_, ..] some
            ? some
            : throw new UsageException($"There is no search '{flawed ?? named}'; there are {string.Join(", ", all.Where(x => x.e.Finds == flawed is not null).Select(x => x.e.Name))}.");
    }

    private ExploredModel Explore(ParseResult parse, string name, Exploration exploration, CancellationToken cancel)
    {
        using var line = new Progress(context.Terminal, $"{name} {exploration.Name}");
        var report = exploration.Run(
            parse.GetValue(depth) is > 0 and var asked ? asked : exploration.Depth,
            p => line.Report(string.Create(CultureInfo.InvariantCulture, $"depth {p.Depth}, {p.States:N0} states, {p.Frontier:N0} to follow")),
            TimeSpan.FromSeconds(parse.GetValue(time)),
            cancel);
        cancel.ThrowIfCancellationRequested();
        return new(
            name, exploration.Name, exploration.Meaning, exploration.Finds, report.States, report.Moves, report.Depth, report.Complete,
            report.Took.TotalSeconds, report.Violation, [.. report.Path]);
    }

    private void Show(ExploredModel r)
    {
        var verdict = r.Violation is null ? "no violation" : r.Violation;
        context.Terminal.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{r.Model} {r.Search}: {r.States:N0} states, {r.Moves:N0} moves, {(r.Complete ? "all states" : $"every path of {r.Depth} moves")}, {r.Seconds:0.0} s: {verdict}"));
        context.Terminal.Out.WriteLine($"    {r.Meaning}");
        foreach (var move in r.Path)
        {
            context.Terminal.Out.WriteLine($"      {move}");
        }

        context.Terminal.Out.Flush();
    }
}
