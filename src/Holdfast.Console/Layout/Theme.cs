using MudBlazor;

namespace Holdfast.Console.Layout;

/// <summary>The colours of both modes. Fonts are the system's own: nothing is fetched from elsewhere.</summary>
internal static class Theme
{
    private static readonly string[] Fonts = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "DejaVu Sans", "sans-serif"];

    public static MudTheme Holdfast { get; } = new()
    {
        PaletteLight = new PaletteLight
        {
            Primary = "#1f5f8b", Secondary = "#5b6b7a", Background = "#f4f6f9", Surface = "#ffffff", AppbarBackground = "#ffffff", AppbarText = "#1b2733", DrawerBackground = "#ffffff", DrawerText = "#3a4754",
            DrawerIcon = "#5b6b7a", TextPrimary = "#1b2733", TextSecondary = "#556474", Success = "#16794f", Warning = "#8f5600", Error = "#b3261e", Info = "#1f5f8b", LinesDefault = "#dde3ea", TableLines = "#e6ebf0",
        },
        PaletteDark = new PaletteDark
        {
            Primary = "#7db8e0", PrimaryContrastText = "#0d1722", Secondary = "#9fb0c0", Background = "#10161d", Surface = "#18212b", AppbarBackground = "#18212b", AppbarText = "#e4ebf2", DrawerBackground = "#18212b", DrawerText = "#c9d4df",
            DrawerIcon = "#9fb0c0", TextPrimary = "#e4ebf2", TextSecondary = "#a4b3c1", Success = "#5fd0a0", Warning = "#f0b357", Error = "#ff8a80", Info = "#7db8e0", LinesDefault = "#2b3743", TableLines = "#2b3743",
        },
        Typography = new Typography
        {
            Default = new DefaultTypography { FontFamily = Fonts, FontSize = ".9rem", LetterSpacing = "normal" },
            Button = new ButtonTypography { FontFamily = Fonts, TextTransform = "none", FontWeight = "600", LetterSpacing = "normal" },
        },
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "10px", DrawerWidthLeft = "220px", AppbarHeight = "56px" },
    };
}
