@echo off
rem Launcher of ApeTest on Windows: builds the CLI on first use and when sources changed, then runs it. See ape-test.
setlocal
set "root=%~dp0"
set "app=%root%Cli\bin\Release\net10.0\ape-test.dll"
set "state=%root%artifacts\launcher"
where dotnet >nul 2>nul || (
  echo error: the .NET SDK was not found ^(no dotnet on the PATH^). 1>&2
  echo   Install the .NET 10 SDK, then run this command again. 1>&2
  exit /b 3
)
if /i "%~1"=="feed" goto feed
if /i "%APETEST_BUILD%"=="never" goto run
if not exist "%app%" goto build
if not exist "%state%\built" goto build
if /i "%APETEST_BUILD%"=="always" goto build
powershell -NoProfile -Command "$b=(Get-Item '%state%\built').LastWriteTimeUtc; $d='Cli','Agent','Gateway','LlmProxy','Observability','Runs','Scenarios','ServiceDefaults','Targets','samples\Shop','samples\Mini','deploy'; foreach($x in $d){ if([IO.Directory]::EnumerateFiles('%root%'+$x,'*','AllDirectories').Where({ $_ -notmatch '\\(bin|obj)\\' -and [IO.File]::GetLastWriteTimeUtc($_) -gt $b },'First').Count){ exit 1 } }; exit 0"
if errorlevel 1 goto build
goto run

:build
if not exist "%state%" mkdir "%state%"
echo ape-test: building... 1>&2
if not exist "%root%.feed.props" call :probe 20
dotnet build "%root%Cli\Cli.csproj" -c Release --nologo --disable-build-servers -v quiet -clp:NoSummary -p:RunAnalyzers=false > "%state%\build.log" 2>&1
if errorlevel 1 (
  echo error: the build failed: 1>&2
  findstr /c:": error " "%state%\build.log" 1>&2
  exit /b 3
)
type nul > "%state%\built"

:run
dotnet "%app%" %*
exit /b %errorlevel%

:feed
if /i "%~2"=="full" ( call :write true & exit /b 0 )
if /i "%~2"=="partial" ( call :write false & exit /b 0 )
if /i not "%~2"=="auto" goto usage
set "seconds=%~3"
if not defined seconds set "seconds=120"
echo %seconds%| findstr /r "^[1-9][0-9]*$" > nul || goto usage
call :probe %seconds%
exit /b 0

:usage
echo Usage: ape-test feed full^|partial^|auto [SECONDS] 1>&2
exit /b 2

:probe
rem At most %1 seconds: before the first build it stands in front of the first run.
if not exist "%state%" mkdir "%state%"
powershell -NoProfile -Command "$p = Start-Process dotnet -PassThru -NoNewWindow -RedirectStandardOutput ($env:state + '\feed-probe.log') -RedirectStandardError ($env:state + '\feed-probe.err') -ArgumentList ('restore {0}{1}build\FeedProbe\FeedProbe.csproj{0} --artifacts-path {0}{2}\feed-probe{0} --nologo -v quiet' -f [char]34, $env:root, $env:state); $null = $p.Handle; if (-not $p.WaitForExit(%1 * 1000)) { $p.Kill(); exit 124 }; exit $p.ExitCode"
set "probed=%errorlevel%"
if "%probed%"=="124" echo ape-test: the NuGet feed was not through within %1 s, so it counts as partial. Over a slow link: ape-test feed auto 600 1>&2
if "%probed%"=="0" ( call :write true ) else ( call :write false )
exit /b 0

:write
> "%root%.feed.props" (
  echo ^<Project^>
  echo   ^<PropertyGroup^>^<FullFeed^>%1^</FullFeed^>^</PropertyGroup^>
  echo ^</Project^>
)
if exist "%state%\built" del "%state%\built"
exit /b 0
