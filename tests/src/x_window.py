"""What a window manager or a person does to the window of a title: TITLE close | size | resize WIDTH HEIGHT LEFT TOP | cover."""
import ctypes
import sys
import time

x = ctypes.CDLL("libX11.so.6")
Window = Atom = ctypes.c_ulong
x.XOpenDisplay.restype = ctypes.c_void_p
x.XDefaultRootWindow.restype = Window
x.XInternAtom.restype = Atom


class ClientMessage(ctypes.Structure):
    _fields_ = [("type", ctypes.c_int), ("serial", ctypes.c_ulong), ("send_event", ctypes.c_int), ("display", ctypes.c_void_p),
                ("window", Window), ("message_type", Atom), ("format", ctypes.c_int), ("data", ctypes.c_long * 5)]


class Event(ctypes.Union):
    _fields_ = [("message", ClientMessage), ("pad", ctypes.c_long * 24)]


def named(display, window, title):
    name = ctypes.c_char_p()
    if x.XFetchName(display, Window(window), ctypes.byref(name)) and name.value == title:
        yield window
    root, parent, children, count = Window(), Window(), ctypes.POINTER(Window)(), ctypes.c_uint()
    x.XQueryTree(display, Window(window), *map(ctypes.byref, (root, parent, children, count)))
    for index in range(count.value):
        yield from named(display, children[index], title)


def close(display, window):
    """What is sent when the cross is clicked (ICCCM 4.2.8.1)."""
    protocols, delete = (x.XInternAtom(display, name, False) for name in (b"WM_PROTOCOLS", b"WM_DELETE_WINDOW"))
    event = Event()
    event.message = ClientMessage(33, 0, 1, display, window, protocols, 32, (ctypes.c_long * 5)(delete, 0))
    x.XSendEvent(display, Window(window), False, ctypes.c_long(0), ctypes.byref(event))


def size(display, window):
    root, left, top = Window(), ctypes.c_int(), ctypes.c_int()
    width, height, border, depth = (ctypes.c_uint() for _ in range(4))
    of = map(ctypes.byref, (root, left, top, width, height, border, depth))
    assert x.XGetGeometry(display, Window(window), *of), "it is gone"
    print(f"{width.value}x{height.value}+{left.value}+{top.value}")


def resize(display, window, width, height, left, top):
    x.XMoveResizeWindow(display, Window(window), *map(int, (left, top, width, height)))


def cover(display, window):
    """Lays a window over everything, says so, and ends once the other is above it."""
    root = x.XDefaultRootWindow(display)
    lid = x.XCreateSimpleWindow(display, Window(root), 0, 0, 4096, 4096, 0, ctypes.c_ulong(0), ctypes.c_ulong(0))
    x.XMapRaised(display, Window(lid))
    x.XSync(display, False)
    print("covered", flush=True)
    while True:
        above, parent, children, count = Window(), Window(), ctypes.POINTER(Window)(), ctypes.c_uint()
        x.XQueryTree(display, Window(root), *map(ctypes.byref, (above, parent, children, count)))
        order = [children[index] for index in range(count.value)]
        if order.index(window) > order.index(lid):
            return
        time.sleep(0.02)


x.XCreateSimpleWindow.restype = Window
display = ctypes.c_void_p(x.XOpenDisplay(None))
title, command, *arguments = sys.argv[1:]
found = list(named(display, x.XDefaultRootWindow(display), title.encode()))
assert found, "no window of this title"
for window in found:
    {"close": close, "size": size, "resize": resize, "cover": cover}[command](display, window, *arguments)
x.XFlush(display)
x.XSync(display, False)
